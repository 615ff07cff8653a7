// Crop, flip, Cutout, normalisation and layout in one pass.

// Values of a channel as numbers: a product and a sum that are exact, plus what they leave out.
INLINE f32 scaled(f32 value, const cpixels_scaling *scaling, int channel) {
#pragma clang fp contract(fast)
  f32 high = value * scaling->high_slope[channel] + scaling->high_start[channel];
  f32 low = value * scaling->low_slope[channel] + scaling->low_start[channel];
  return high + low;
}

// Writes the numbers of LANES pixels; they are taken where `columns`, one word a pixel, is all ones.
INLINE void tail_pixels(const uint32_t *source, const uint32_t *columns, float *output, ptrdiff_t plane,
                        const cpixels_scaling *scaling, bool flipped, bool planar) {
  u32 pixels = flipped ? REVERSED(load_u32(source - (LANES - 1))) : load_u32(source);
  pixels &= load_u32(columns);
  // A transparent pixel becomes 0, whose bits are all zero.
  u32 visible = (u32)(pixels > ~ALPHA);
  f32 red = (f32)((u32)scaled(channel(pixels, 0), scaling, 0) & visible);
  f32 green = (f32)((u32)scaled(channel(pixels, 8), scaling, 1) & visible);
  f32 blue = (f32)((u32)scaled(channel(pixels, 16), scaling, 2) & visible);
  if (planar) {
    store_f32(output, red);
    store_f32(output + plane, green);
    store_f32(output + 2 * plane, blue);
  } else {
    store_merged(output, red, green, blue);
  }
}

// Writes one row's numbers.
INLINE void tail_row(const uint32_t *source, const uint32_t *columns, float *output, ptrdiff_t width, ptrdiff_t plane,
                     const cpixels_scaling *scaling, bool flipped, bool planar) {
  ptrdiff_t x = 0;
  for (; x + LANES <= width; x += LANES)
    tail_pixels(flipped ? source - x : source + x, columns + x, output + (planar ? x : 3 * x), plane, scaling, flipped,
                planar);
  if (x == width) return;
  // What is left of a row is less than a vector, and behind it may be the end of the output.
  float rest[3 * LANES];
  tail_pixels(flipped ? source - x : source + x, columns + x, rest, LANES, scaling, flipped, planar);
  for (int part = 0; part < (planar ? 3 : 1); part++)
    __builtin_memcpy(output + (planar ? x : 3 * x) + part * plane, rest + part * LANES,
                     (size_t)((planar ? 1 : 3) * (width - x)) * sizeof(float));
}

INLINE void tail_rows(const uint32_t *pixels, float *output, const cpixels_tail *tail, const cpixels_scaling *scaling,
                      const uint32_t *columns, bool flipped, bool planar) {
  // A copy that no store of numbers can change.
  const cpixels_scaling own = *scaling;
  ptrdiff_t width = tail->width, height = tail->height, padded = width + LANES;
  ptrdiff_t stride = planar ? width : 3 * width;
  // Column x is column origin + x of the image, or origin - x of it.
  ptrdiff_t origin = flipped ? width - 1 + tail->shift_x : tail->shift_x;
  for (ptrdiff_t y = 0; y < height; y++) {
    ptrdiff_t from = y + tail->shift_y;
    float *row = output + y * stride;
    if (from < 0 || from >= height) {
      for (int channel = 0; channel < (planar ? 3 : 1); channel++)
        __builtin_memset(row + channel * width * height, 0, (size_t)stride * sizeof(float));
      continue;
    }
    bool is_blank = y >= tail->blank_top && y < tail->blank_bottom;
    tail_row(pixels + from * width + origin, columns + (is_blank ? padded : 0), row, width, width * height, &own,
             flipped, planar);
  }
}

static void tail(const uint32_t *pixels, float *output, const cpixels_tail *tail, const cpixels_scaling *scaling) {
  ptrdiff_t width = tail->width, padded = width + LANES;
  // Which columns have a pixel: in plain rows, then in those that Cutout goes through.
  uint32_t few[2 * (256 + LANES)];
  uint32_t *columns = width <= 256 ? few : __builtin_alloca((size_t)(2 * padded) * sizeof(uint32_t));
  const i32 lanes = COUNTING;
  ptrdiff_t origin = tail->flipped ? width - 1 + tail->shift_x : tail->shift_x;
  for (ptrdiff_t x = 0; x < width; x += LANES) {
    i32 places = lanes + (int32_t)x;
    i32 from = tail->flipped ? (int32_t)origin - places : (int32_t)origin + places;
    u32 inside = (u32)((u32)from < (uint32_t)width);
    u32 blank = (u32)((places >= (int32_t)tail->blank_left) & (places < (int32_t)tail->blank_right));
    store_u32(columns + x, inside);
    store_u32(columns + padded + x, inside & ~blank);
  }
  if (tail->planar) {
    if (tail->flipped) tail_rows(pixels, output, tail, scaling, columns, true, true);
    else tail_rows(pixels, output, tail, scaling, columns, false, true);
  } else {
    if (tail->flipped) tail_rows(pixels, output, tail, scaling, columns, true, false);
    else tail_rows(pixels, output, tail, scaling, columns, false, false);
  }
}
