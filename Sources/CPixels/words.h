// Integer arithmetic on bytes and 16-bit words. Bytes are worked on as words of two kinds: those in even places, R and B
// of each pixel, and those in odd places, G and A.

INLINE i16 even_bytes(u32 pixels) { return (i16)((u16)pixels & 255); }
INLINE i16 odd_bytes(u32 pixels) { return (i16)((u16)pixels >> 8); }

// A word in the place of each byte, one for R and B, one for G and A.
INLINE u16 in_words(uint32_t even, uint32_t odd) { return (u16)((u32){0} + (even | odd << 16)); }

// A word in the place of each byte of `raised_lower_bytes` and `raised_upper_bytes`, one for colours, one for alpha.
INLINE u16 for_colours(uint32_t colour, uint32_t alpha) {
  const u32 lanes = COUNTING;
  u32 red_and_green = (u32){0} + (colour | colour << 16), blue_and_alpha = (u32){0} + (colour | alpha << 16);
  u32 is_odd = -(lanes & 1);
  return (u16)((blue_and_alpha & is_odd) | (red_and_green & ~is_odd));
}

// The upper halves of products, of words with a sign and of words without.
#ifndef UPPER_PRODUCT
INLINE i16 upper_product(i16 first, i16 second) {
  return __builtin_convertvector(
      __builtin_convertvector(first, i32_of_i16) * __builtin_convertvector(second, i32_of_i16) >> 16, i16);
}
INLINE u16 upper_product_unsigned(u16 first, u16 second) {
  return __builtin_convertvector(
      __builtin_convertvector(first, u32_of_u16) * __builtin_convertvector(second, u32_of_u16) >> 16, u16);
}
#define UPPER_PRODUCT(first, second) upper_product(first, second)
#define UPPER_PRODUCT_UNSIGNED(first, second) upper_product_unsigned(first, second)
#endif

// Words kept in 0...255, as bytes: in every 128 bits first those of one vector, then those of another.
#ifndef PACKED
#define LOWER_OF_WORDS(o) (o), (o) + 2, (o) + 4, (o) + 6, (o) + 8, (o) + 10, (o) + 12, (o) + 14
#define LOWER_OF_BOTH(o) LOWER_OF_WORDS(o), LOWER_OF_WORDS((o) + 4 * LANES)
INLINE i16 kept_in_bytes(i16 words) {
  return __builtin_elementwise_min(__builtin_elementwise_max(words, (i16){0}), (i16){0} + 255);
}
INLINE u8 packed(i16 first, i16 second) {
  return __builtin_shufflevector((u8)kept_in_bytes(first), (u8)kept_in_bytes(second), IN_PARTS(LOWER_OF_BOTH));
}
#define PACKED(first, second) packed(first, second)
#endif

// Words kept in 0...255, those of even and of odd places, as bytes.
#define WOVEN(o) (o), (o) + 8, (o) + 1, (o) + 9, (o) + 2, (o) + 10, (o) + 3, (o) + 11, (o) + 4, (o) + 12, (o) + 5, \
    (o) + 13, (o) + 6, (o) + 14, (o) + 7, (o) + 15
INLINE u32 merged(i16 even, i16 odd) {
  u8 bytes = PACKED(even, odd);
  return (u32)__builtin_shufflevector(bytes, bytes, IN_PARTS(WOVEN));
}

// The lower or the upper eight bytes of every 128 bits, 256 times each; `PACKED` brings them back into one vector.
#define BETWEEN(z, o) (z), (o), (z), (o) + 1, (z), (o) + 2, (z), (o) + 3, (z), (o) + 4, (z), (o) + 5, (z), (o) + 6, (z), (o) + 7
#define LOWER_BETWEEN(o) BETWEEN(4 * LANES, o)
#define UPPER_BETWEEN(o) BETWEEN(4 * LANES, (o) + 8)
INLINE u16 raised_lower_bytes(u8 bytes) { return (u16)__builtin_shufflevector(bytes, (u8){0}, IN_PARTS(LOWER_BETWEEN)); }
INLINE u16 raised_upper_bytes(u8 bytes) { return (u16)__builtin_shufflevector(bytes, (u8){0}, IN_PARTS(UPPER_BETWEEN)); }

// Colours of one pixel, alpha of another.
INLINE u32 with_alpha_of(u32 colours, u32 pixels) { return (colours & ~ALPHA) | (pixels & ALPHA); }

// Sums of the products of two neighbours, of which the first has an even place.
#ifndef PAIR_PRODUCTS
INLINE i32 pair_products(i16 first, i16 second) {
  i32 even = ((i32)first << 16 >> 16) * ((i32)second << 16 >> 16);
  return even + ((i32)first >> 16) * ((i32)second >> 16);
}
#define PAIR_PRODUCTS(first, second) pair_products(first, second)
#endif

// Twice the green of each pixel.
#ifndef DOUBLE_GREEN
#define DOUBLE_GREEN(pixels) ((i16)((pixels) >> 7 & 0x1FE))
#endif

// The grey of each pixel (ITU-R 601-2 in 16-bit fixed point) in the upper word, and below it what is cut off.
INLINE u32 luma_products(u32 pixels) {
#ifdef DOT_PRODUCTS
  // Weights in bytes with a sign: 19595 = 256 · 77 - 117, 38470 = 256 · (75 + 75) + 70, 7471 = 256 · 29 + 47.
  u32 upper = DOT_PRODUCTS(DOT_PRODUCTS((u32){0} + 128, pixels, 0x001D4B4D), pixels, 0x00004B00);
  return DOT_PRODUCTS(upper << 8, pixels, 0x002F468B);
#else
  // The weight of green has no place in a word with a sign, its half has.
  i32 red_and_blue = PAIR_PRODUCTS(even_bytes(pixels), (i16)in_words(19595, 7471));
  i32 green = PAIR_PRODUCTS(DOUBLE_GREEN(pixels), (i16)in_words(19235, 0));
  return (u32)(red_and_blue + green) + 32768;
#endif
}

// The upper word of each pair, in both places.
#define UPPER_WORDS(o) (o) + 2, (o) + 3, (o) + 2, (o) + 3, (o) + 6, (o) + 7, (o) + 6, (o) + 7, (o) + 10, (o) + 11, \
    (o) + 10, (o) + 11, (o) + 14, (o) + 15, (o) + 14, (o) + 15
INLINE i16 upper_words(u32 pairs) {
  return (i16)__builtin_shufflevector((u8)pairs, (u8)pairs, IN_PARTS(UPPER_WORDS));
}
#undef UPPER_WORDS
