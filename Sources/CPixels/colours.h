// Kernels that change each pixel's colour.

static void load_rgb(uint32_t *pixels, const uint8_t *rgb, ptrdiff_t count) {
  ptrdiff_t index = 0;
  // Sixteen bytes are read for the twelve of four pixels.
#pragma clang loop unroll_count(4)
  for (ptrdiff_t fours = count >= 6 ? (count - 2) / 4 : 0; fours > 0; fours--, index += 4) {
    u8_quad bytes = load_u8_quad(rgb + 3 * index);
    u8_quad opaque = {255};
    bytes = __builtin_shufflevector(bytes, opaque, 0, 1, 2, 16, 3, 4, 5, 16, 6, 7, 8, 16, 9, 10, 11, 16);
    store_u8_quad(pixels + index, bytes);
  }
  for (; index < count; index++)
    pixels[index] = rgb[3 * index] | (uint32_t)rgb[3 * index + 1] << 8 | (uint32_t)rgb[3 * index + 2] << 16 | ALPHA;
}

static void invert(uint32_t *pixels, ptrdiff_t count) {
  for (ptrdiff_t index = 0; index < count; index += LANES)
    store_u32(pixels + index, ~load_u32(pixels + index) | ALPHA);
}

static void keep_bits(uint32_t *pixels, ptrdiff_t count, uint32_t kept) {
  for (ptrdiff_t index = 0; index < count; index += LANES)
    store_u32(pixels + index, (load_u32(pixels + index) & kept) | ALPHA);
}

static void solarize(uint32_t *pixels, ptrdiff_t count, uint8_t lowest) {
  for (ptrdiff_t index = 0; index < count; index += LANES) {
    u8 values = load_u8(pixels + index);
    store_u32(pixels + index, (u32)(values ^ (u8)(values >= lowest)) | ALPHA);
  }
}

static void replace(uint32_t *pixels, ptrdiff_t count, const uint8_t *tables) {
  // Entries in the place where the pixel has them, so that three of them need only be joined.
  uint32_t red[256], green[256], blue[256];
  for (int value = 0; value < 256; value++) {
    red[value] = tables[value] | ALPHA;
    green[value] = (uint32_t)tables[256 + value] << 8;
    blue[value] = (uint32_t)tables[512 + value] << 16;
  }
  // Four pixels a turn. Gathers, which a compiler would choose, are slower than plain loads. Up to three pixels behind
  // the image are changed as well.
#pragma clang loop vectorize(disable)
  for (ptrdiff_t index = 0; index < count; index += 4) {
    for (int turn = 0; turn < 4; turn++) {
      uint32_t pixel = pixels[index + turn];
      pixels[index + turn] = red[pixel & 255] | green[pixel >> 8 & 255] | blue[pixel >> 16 & 255];
    }
  }
}

// Mixes three channels with degenerate values; alpha stays.
INLINE u32 mixed_pixels(u32 pixels, f32 red, f32 green, f32 blue, float factor) {
  return placed(mixed(red, channel(pixels, 0), factor), 0) | placed(mixed(green, channel(pixels, 8), factor), 8) |
         placed(mixed(blue, channel(pixels, 16), factor), 16) | (pixels & ALPHA);
}

static void mix_grey(uint32_t *pixels, ptrdiff_t count, uint32_t grey, float factor) {
  f32 degenerate = (f32){0} + (float)grey;
  for (ptrdiff_t index = 0; index < count; index += LANES) {
    u32 these = load_u32(pixels + index);
    store_u32(pixels + index, mixed_pixels(these, degenerate, degenerate, degenerate, factor));
  }
}

static void mix_luma(uint32_t *pixels, ptrdiff_t count, float factor) {
  for (ptrdiff_t index = 0; index < count; index += LANES) {
    u32 these = load_u32(pixels + index);
    f32 grey = luma(channel(these, 0), channel(these, 8), channel(these, 16));
    store_u32(pixels + index, mixed_pixels(these, grey, grey, grey, factor));
  }
}

// Sums of a byte and those above and below it.
INLINE u16 column_sums(const uint8_t *row, ptrdiff_t stride) {
  return __builtin_convertvector(load_u8_half(row - stride), u16) + __builtin_convertvector(load_u8_half(row), u16) +
         __builtin_convertvector(load_u8_half(row + stride), u16);
}

// Smoothed bytes: the 3×3 mean in which the middle counts five times. Half a vector of them.
INLINE u8_half smoothed(const uint8_t *bytes, ptrdiff_t stride) {
  u16 sum = column_sums(bytes - 4, stride) + column_sums(bytes, stride) + column_sums(bytes + 4, stride);
  sum += 4 * __builtin_convertvector(load_u8_half(bytes), u16) + 6;
  // The sum over 13, rounded: 5042 / 2¹⁶ gives that quotient for every sum up to 13 × 255.
  return __builtin_convertvector(__builtin_convertvector(sum, u32_of_u16) * 5042u >> 16, u8_half);
}

static void sharpen(const uint32_t *pixels, uint32_t *result, ptrdiff_t width, ptrdiff_t height, float factor) {
  ptrdiff_t stride = 4 * width;
  __builtin_memcpy(result, pixels, (size_t)stride);
  for (ptrdiff_t y = 1; y < height - 1; y++) {
    const uint32_t *row = pixels + y * width;
    uint32_t *target = result + y * width;
    for (ptrdiff_t x = 0; x < width; x += LANES) {
      const uint8_t *bytes = (const uint8_t *)(row + x);
      u32 smooth = joined(smoothed(bytes, stride), smoothed(bytes + 2 * LANES, stride));
      store_u32(target + x, mixed_pixels(load_u32(row + x), channel(smooth, 0), channel(smooth, 8), channel(smooth, 16),
                                         factor));
    }
    // The outermost pixels have no full neighbourhood.
    target[0] = row[0];
    target[width - 1] = row[width - 1];
  }
  __builtin_memcpy(result + (height - 1) * width, pixels + (height - 1) * width, (size_t)stride);
}
