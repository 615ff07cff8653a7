// Means over boxes of pixels, three times along the rows and three times along the columns, as Pillow has them.

// Writes the pixels of a vector that are wanted.
INLINE void store_some(uint32_t *place, u32 pixels, u32 is_wanted) {
  store_u32(place, (pixels & is_wanted) | (load_u32(place) & ~is_wanted));
}

// All ones in the lanes below a number.
INLINE u32 lanes_below(ptrdiff_t count) {
  const u32 lanes = COUNTING;
  return (u32)(lanes < (uint32_t)count);
}

INLINE u32 weighted(u32 sums, u32 ends, cpixels_box box) { return sums * box.inner + ends * box.outer + (1 << 23); }

// Goes down a strip of LANES columns; beyond its ends the outermost rows go on.
INLINE void box_strip(const uint32_t *pixels, uint32_t *result, ptrdiff_t width, ptrdiff_t height, cpixels_box box,
                      u32 is_wanted) {
  ptrdiff_t radius = box.radius, last = height - 1;
  u32 row = load_u32(pixels);
  // Sums of a box are below 2¹⁶. This is the one about the row before the first.
  u16 even = (u16)even_bytes(row) * (uint16_t)(radius + 1), odd = (u16)odd_bytes(row) * (uint16_t)(radius + 1);
  for (ptrdiff_t y = 0; y < radius; y++) {
    row = load_u32(pixels + (y < last ? y : last) * width);
    even += (u16)even_bytes(row);
    odd += (u16)odd_bytes(row);
  }
  u32 below = load_u32(pixels + (radius < last ? radius : last) * width);
  for (ptrdiff_t y = 0; y < height; y++) {
    ptrdiff_t before = y - radius - 1, after = y + radius + 1;
    u32 above = load_u32(pixels + (before > 0 ? before : 0) * width);
    even += (u16)(even_bytes(below) - even_bytes(above));
    odd += (u16)(odd_bytes(below) - odd_bytes(above));
    below = load_u32(pixels + (after < last ? after : last) * width);
    u32 even_ends = (u32)(even_bytes(above) + even_bytes(below)), odd_ends = (u32)(odd_bytes(above) + odd_bytes(below));
    u32 red = weighted((u32)even & 0xFFFF, even_ends & 0xFFFF, box) >> 24;
    u32 green = weighted((u32)odd & 0xFFFF, odd_ends & 0xFFFF, box) >> 16 & 0xFF00;
    u32 blue = weighted((u32)even >> 16, even_ends >> 16, box) >> 8 & 0xFF0000;
    store_some(result + y * width, red | green | blue | (load_u32(pixels + y * width) & ALPHA), is_wanted);
  }
}

// Three times down each strip, while it is in the cache; the result is in `other`.
static void box_columns(uint32_t *pixels, uint32_t *other, ptrdiff_t width, ptrdiff_t height, cpixels_box box) {
  for (ptrdiff_t x = 0; x < width; x += LANES) {
    u32 is_wanted = lanes_below(width - x);
    box_strip(pixels + x, other + x, width, height, box, is_wanted);
    box_strip(other + x, pixels + x, width, height, box, is_wanted);
    box_strip(pixels + x, other + x, width, height, box, is_wanted);
  }
}

static void blur(uint32_t *pixels, uint32_t *spare, ptrdiff_t width, ptrdiff_t height, cpixels_box box) {
  transpose(pixels, spare, width, height);
  box_columns(spare, pixels, height, width, box);
  transpose(pixels, spare, height, width);
  box_columns(spare, pixels, width, height, box);
}
