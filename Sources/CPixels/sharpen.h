// Mixing an image with its smoothed version, the 3×3 mean in which the middle counts five times.

// The sums of three neighbours in a row, for the bytes of LANES pixels.
typedef struct {
  i16 even, odd;
} byte_sums;

INLINE byte_sums row_sums(const uint32_t *pixels) {
  u32 left = load_u32(pixels - 1), middle = load_u32(pixels), right = load_u32(pixels + 1);
  return (byte_sums){even_bytes(left) + even_bytes(middle) + even_bytes(right),
                     odd_bytes(left) + odd_bytes(middle) + odd_bytes(right)};
}

// The smoothed byte: the sum over 13, rounded. 5042 / 2¹⁶ gives that quotient for every sum up to 13 × 255.
INLINE i16 smoothed(i16 sum, i16 middle) {
  return (i16)UPPER_PRODUCT_UNSIGNED((u16)(sum + 4 * middle + 6), (u16){0} + 5042);
}

// Goes down a strip of LANES columns, so that each row is summed once.
INLINE void sharpen_strip(const uint32_t *pixels, uint32_t *result, ptrdiff_t width, ptrdiff_t height, float factor,
                          const mixture *mixture, bool is_one) {
  byte_sums above = row_sums(pixels), here = row_sums(pixels + width);
  for (ptrdiff_t y = 1; y < height - 1; y++) {
    byte_sums below = row_sums(pixels + (y + 1) * width);
    u32 these = load_u32(pixels + y * width);
    i16 even = even_bytes(these), odd = odd_bytes(these);
    i16 smooth_even = smoothed(above.even + here.even + below.even, even);
    i16 smooth_odd = smoothed(above.odd + here.odd + below.odd, odd);
    u32 colours;
    if (mixture) {
      colours = merged(mixed_words(smooth_even, even, *mixture, is_one), mixed_words(smooth_odd, odd, *mixture, is_one));
    } else {
      u32 smooth = merged(smooth_even, smooth_odd);
      colours = mixed_pixels(these, channel(smooth, 0), channel(smooth, 8), channel(smooth, 16), factor);
    }
    store_u32(result + y * width, with_alpha_of(colours, these));
    above = here;
    here = below;
  }
}

INLINE void sharpen_strips(const uint32_t *pixels, uint32_t *result, ptrdiff_t width, ptrdiff_t height, float factor,
                           const mixture *mixture, bool is_one) {
  for (ptrdiff_t x = 0; x < width; x += LANES) {
    // The last strip ends with the row, so that it does not write into the next one, which has been written.
    ptrdiff_t start = x + LANES <= width || width < LANES ? x : width - LANES;
    sharpen_strip(pixels + start, result + start, width, height, factor, mixture, is_one);
  }
}

static void sharpen(const uint32_t *pixels, uint32_t *result, ptrdiff_t width, ptrdiff_t height, float factor) {
  mixture mixture;
  if (!find_mixture(factor, &mixture)) sharpen_strips(pixels, result, width, height, factor, NULL, false);
  else if (mixture.whole == 1) sharpen_strips(pixels, result, width, height, factor, &mixture, true);
  else sharpen_strips(pixels, result, width, height, factor, &mixture, false);
  // The outermost pixels have no full neighbourhood.
  size_t row = 4 * (size_t)width;
  __builtin_memcpy(result, pixels, row);
  __builtin_memcpy(result + (height - 1) * width, pixels + (height - 1) * width, row);
  for (ptrdiff_t y = 1; y < height - 1; y++) {
    result[y * width] = pixels[y * width];
    result[y * width + width - 1] = pixels[y * width + width - 1];
  }
}
