// Random numbers for each pixel: Philox4x32-10 (Salmon and others, 2011), and what is made of them.

typedef uint64_t u64 __attribute__((vector_size(4 * LANES)));

// The upper and lower halves of products.
INLINE void multiply(u32 numbers, uint32_t factor, u32 *upper, u32 *lower) {
  u64 even = ((u64)numbers & 0xFFFFFFFF) * factor, odd = ((u64)numbers >> 32) * factor;
  *upper = (u32)((even >> 32) | (odd & 0xFFFFFFFF00000000));
  *lower = (u32)((even & 0xFFFFFFFF) | odd << 32);
}

// The first three of the four words of LANES pixels, of which `index` is the first.
INLINE void random_words(uint32_t index, uint64_t key, u32 *words) {
  const u32 lanes = COUNTING;
  u32 one = (u32){0} + (12u << 24), two = {0}, three = {0}, four = lanes + index;
  uint32_t low = (uint32_t)key, high = (uint32_t)(key >> 32);
  for (int round = 0; round < 10; round++) {
    u32 upper_one, lower_one, upper_three, lower_three;
    multiply(one, 0xD2511F53, &upper_one, &lower_one);
    multiply(three, 0xCD9E8D57, &upper_three, &lower_three);
    one = upper_three ^ two ^ low;
    two = lower_three;
    three = upper_one ^ four ^ high;
    four = lower_one;
    low += 0x9E3779B9;
    high += 0xBB67AE85;
  }
  words[0] = one;
  words[1] = two;
  words[2] = three;
}

// Opaque random colours in a rectangle.
static void fill_noise(uint32_t *pixels, ptrdiff_t width, ptrdiff_t left, ptrdiff_t top, ptrdiff_t columns, ptrdiff_t rows,
                       uint64_t key) {
  for (ptrdiff_t y = top; y < top + rows; y++) {
    for (ptrdiff_t x = 0; x < columns; x += LANES) {
      ptrdiff_t place = y * width + left + x;
      u32 words[3];
      random_words((uint32_t)place, key, words);
      store_some(pixels + place, words[0] | ALPHA, lanes_below(columns - x));
    }
  }
}

// The sum of the four bytes of each word.
INLINE u32 byte_sum(u32 words) {
  u32 halves = (words & 0xFF00FF) + (words >> 8 & 0xFF00FF);
  return (halves & 0xFFFF) + (halves >> 16);
}

// Adds to each colour what a table has for the sum of four random bytes.
static void add_noise(uint32_t *pixels, ptrdiff_t count, const int16_t *changes, uint64_t key) {
  for (ptrdiff_t index = 0; index < count; index += LANES) {
    u32 words[3];
    random_words((uint32_t)index, key, words);
    for (int channel = 0; channel < 3; channel++) words[channel] = byte_sum(words[channel]);
    u32 even = {0}, odd = {0};
    for (int lane = 0; lane < LANES; lane++) {
      even[lane] = (uint16_t)changes[words[0][lane]] | (uint32_t)(uint16_t)changes[words[2][lane]] << 16;
      odd[lane] = (uint16_t)changes[words[1][lane]];
    }
    u32 these = load_u32(pixels + index);
    u32 changed = merged(even_bytes(these) + (i16)even, odd_bytes(these) + (i16)odd);
    store_u32(pixels + index, with_alpha_of(changed, these));
  }
}
