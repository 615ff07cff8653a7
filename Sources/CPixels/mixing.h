// Mixtures of each colour with a degenerate value that differs from pixel to pixel.
//
// The mixture is start + factor · (value - start) in single precision, each step rounded, then cut off. Where factor ·
// difference cut off is an integer expression for all differences, and the sum cannot be rounded up to the next integer,
// the integers are added instead. That is tried on all differences; it holds for nearly every factor.

// The integer expression: whole · difference + ((difference · 128 + nudge) · share >> 23), where share is the rest of the
// factor, -0.5...0.5, in 1/65536. The nudge keeps products that are integers on their side of the rounding.
typedef struct {
  int16_t whole, share, nudge;
} mixture;

INLINE i16 mixed_words(i16 start, i16 value, mixture mixture, bool is_one) {
  i16 difference = value - start;
  i16 part = UPPER_PRODUCT((difference << 7) + mixture.nudge, (i16){0} + mixture.share) >> 7;
  return is_one ? value + part : start + difference * mixture.whole + part;
}

// What a factor makes of the differences -255...255, cut off; false where a sum with it could be rounded up.
static bool cut_products(float factor, int16_t *products) {
  int32_t is_doubtful = 0;
  for (int index = 0; index < 512; index++) {
    float product = factor * (float)(index - 255);
    int32_t integer = (int32_t)product;
    integer -= (float)integer > product;
    // Below 256 a sum keeps 16 bits behind the point.
    is_doubtful |= product - (float)integer >= 1 - 0x1p-17f;
    products[index] = (int16_t)integer;
  }
  return !is_doubtful;
}

INLINE bool gives_products(mixture mixture, const int16_t *products) {
  int16_t numbers[512];
  for (int index = 0; index < 512; index++) numbers[index] = (int16_t)(index < 511 ? index - 255 : 0);
  i16 wrong = {0};
  for (int index = 0; index < 512; index += 2 * LANES) {
    i16 found = mixed_words((i16){0}, load_i16(numbers + index), mixture, false);
    wrong |= found ^ load_i16(products + index);
  }
  return __builtin_reduce_or(wrong) == 0;
}

// Finds the integer expression of a factor in 0...100; false where there is none.
static bool find_mixture(float factor, mixture *result) {
  int16_t products[512];
  if (!cut_products(factor, products)) return false;
  products[511] = 0;
  int32_t whole = (int32_t)(factor + 0.5f);
  float share = (factor - (float)whole) * 65536;
  int32_t nearest = (int32_t)(share + 32768.5f) - 32768, other = (float)nearest > share ? nearest - 1 : nearest + 1;
  const int32_t nudges[] = {2, 1, 0, 4};
  for (int turn = 0; turn < 8; turn++) {
    int32_t tried = turn < 4 ? nearest : other;
    if (tried < -32768 || tried > 32767) continue;
    *result = (mixture){(int16_t)whole, (int16_t)tried, (int16_t)(tried < 0 ? -nudges[turn & 3] : nudges[turn & 3])};
    if (gives_products(*result, products)) return true;
  }
  return false;
}

// The mixture of two values: a product rounded, then a sum rounded, as Pillow has it; kept in 0...255.
INLINE f32 mixed(f32 degenerate, f32 value, float factor) {
  f32 product = factor * (value - degenerate);
  f32 mixture = degenerate + product;
  return __builtin_elementwise_min(__builtin_elementwise_max(mixture, (f32){0}), (f32){0} + 255.0f);
}

// Three channels mixed with degenerate values; alpha stays.
INLINE u32 mixed_pixels(u32 pixels, f32 red, f32 green, f32 blue, float factor) {
  return placed(mixed(red, channel(pixels, 0), factor), 0) | placed(mixed(green, channel(pixels, 8), factor), 8) |
         placed(mixed(blue, channel(pixels, 16), factor), 16) | (pixels & ALPHA);
}

INLINE void mix_luma_words(uint32_t *pixels, ptrdiff_t count, mixture mixture, bool is_one) {
  for (ptrdiff_t index = 0; index < count; index += LANES) {
    u32 these = load_u32(pixels + index);
    i16 grey = upper_words(luma_products(these));
    i16 even = mixed_words(grey, even_bytes(these), mixture, is_one);
    i16 odd = mixed_words(grey, odd_bytes(these), mixture, is_one);
    store_u32(pixels + index, with_alpha_of(merged(even, odd), these));
  }
}

static void mix_luma(uint32_t *pixels, ptrdiff_t count, float factor) {
  mixture mixture;
  if (find_mixture(factor, &mixture)) {
    if (mixture.whole == 1) mix_luma_words(pixels, count, mixture, true);
    else mix_luma_words(pixels, count, mixture, false);
    return;
  }
  for (ptrdiff_t index = 0; index < count; index += LANES) {
    u32 these = load_u32(pixels + index);
    f32 grey = __builtin_convertvector((i32)(luma_products(these) >> 16), f32);
    store_u32(pixels + index, mixed_pixels(these, grey, grey, grey, factor));
  }
}
