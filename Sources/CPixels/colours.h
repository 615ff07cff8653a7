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
  for (ptrdiff_t index = 0; index < count; index += 8)
    store_u32_eight(pixels + index, ~load_u32_eight(pixels + index) | ALPHA);
}

static void keep_bits(uint32_t *pixels, ptrdiff_t count, uint32_t kept) {
  for (ptrdiff_t index = 0; index < count; index += 8)
    store_u32_eight(pixels + index, (load_u32_eight(pixels + index) & kept) | ALPHA);
}

static void make_grey(uint32_t *pixels, ptrdiff_t count) {
  for (ptrdiff_t index = 0; index < count; index += LANES) {
    u32 these = load_u32(pixels + index), grey = luma_products(these) >> 16;
    store_u32(pixels + index, grey | grey << 8 | grey << 16 | (these & ALPHA));
  }
}

static void pick_channels(uint32_t *pixels, ptrdiff_t count, uint32_t red, uint32_t green, uint32_t blue) {
  for (ptrdiff_t index = 0; index < count; index += 8) {
    u32_eight these = load_u32_eight(pixels + index);
    store_u32_eight(pixels + index, (these >> red & 255) | (these >> green & 255) << 8 | (these >> blue & 255) << 16 |
                                        (these & ALPHA));
  }
}

static void solarize(uint32_t *pixels, ptrdiff_t count, uint8_t lowest) {
  for (ptrdiff_t index = 0; index < count; index += 8) {
    u8_eight values = load_u8_eight(pixels + index);
    store_u32_eight(pixels + index, (u32_eight)(values ^ (u8_eight)(values >= lowest)) | ALPHA);
  }
}
