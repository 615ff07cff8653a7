// The lossy steps of JPEG: luma and chroma of pixels, the transform of blocks, rounding, and back. The arithmetic is
// that of the plain code, which says where it comes from.

#define HALF (LANES / 2)
typedef uint8_t u8_lanes __attribute__((vector_size(LANES)));
typedef uint8_t u8_half __attribute__((vector_size(HALF)));
DEFINE_ACCESS(u8_lanes)
DEFINE_ACCESS(u8_half)

INLINE void store_luma(uint8_t *place, u32 pixels) {
  store_u8_lanes(place, __builtin_convertvector(luma_products(pixels) >> 16, u8_lanes));
}

// One kind of chroma, a product of each channel in 2⁻¹⁶.
INLINE u32 chroma(u32 pixels, int32_t red, int32_t green, int32_t blue) {
  i32 sum = (i32)(pixels & 255) * red + (i32)(pixels >> 8 & 255) * green + (i32)(pixels >> 16 & 255) * blue;
  return (u32)(sum + (128 << 16) + 32767) >> 16;
}

// The mean of two neighbours in two rows; halves go down and up in turns.
INLINE void store_chroma(uint8_t *place, u32 upper, u32 lower) {
  const u64 odd = {0, 1,
#if LANES > 4
                   0, 1,
#endif
#if LANES > 8
                   0, 1, 0, 1,
#endif
  };
  u64 sums = (u64)(upper + lower);
  store_u8_half(place, __builtin_convertvector(((sums & 0xFFFFFFFF) + (sums >> 32) + 1 + odd) >> 2, u8_half));
}

// Two rows of pixels to luma, and to chroma of half the size. The width is a multiple of 16.
static void to_planes(const uint32_t *upper, const uint32_t *lower, uint8_t *upper_luma, uint8_t *lower_luma, uint8_t *blue,
                      uint8_t *red, ptrdiff_t width) {
  for (ptrdiff_t x = 0; x < width; x += LANES) {
    u32 one = load_u32(upper + x), other = load_u32(lower + x);
    store_luma(upper_luma + x, one);
    store_luma(lower_luma + x, other);
    store_chroma(blue + x / 2, chroma(one, -11059, -21709, 32768), chroma(other, -11059, -21709, 32768));
    store_chroma(red + x / 2, chroma(one, 32768, -27439, -5329), chroma(other, 32768, -27439, -5329));
  }
}

INLINE i32_eight descaled(i32_eight numbers, int bits) { return (numbers + (1 << (bits - 1))) >> bits; }

// The odd half of both transforms.
INLINE void rotate_four(i32_eight *a, i32_eight *b, i32_eight *c, i32_eight *d) {
  i32_eight all = (*a + *c + *b + *d) * 9633;
  i32_eight first = (*a + *d) * -7373, second = (*b + *c) * -20995;
  i32_eight third = (*a + *c) * -16069 + all, fourth = (*b + *d) * -3196 + all;
  *a = *a * 2446 + first + third;
  *b = *b * 16819 + second + fourth;
  *c = *c * 25172 + second + third;
  *d = *d * 12299 + first + fourth;
}

// The transform of every column.
INLINE void forward(i32_eight *row, bool is_first) {
  i32_eight sum0 = row[0] + row[7], sum1 = row[1] + row[6], sum2 = row[2] + row[5], sum3 = row[3] + row[4];
  i32_eight a = row[3] - row[4], b = row[2] - row[5], c = row[1] - row[6], d = row[0] - row[7];
  i32_eight outer = sum0 + sum3, outer_rest = sum0 - sum3, inner = sum1 + sum2, inner_rest = sum1 - sum2;
  int bits = is_first ? 11 : 15;
  row[0] = is_first ? (outer + inner) << 2 : descaled(outer + inner, 2);
  row[4] = is_first ? (outer - inner) << 2 : descaled(outer - inner, 2);
  i32_eight common = (outer_rest + inner_rest) * 4433;
  row[2] = descaled(common + outer_rest * 6270, bits);
  row[6] = descaled(common - inner_rest * 15137, bits);
  rotate_four(&a, &b, &c, &d);
  row[7] = descaled(a, bits);
  row[5] = descaled(b, bits);
  row[3] = descaled(c, bits);
  row[1] = descaled(d, bits);
}

INLINE void inverse(i32_eight *row, int bits) {
  i32_eight common = (row[2] + row[6]) * 4433;
  i32_eight second = common - row[6] * 15137, third = common + row[2] * 6270;
  i32_eight sum = (row[0] + row[4]) << 13, difference = (row[0] - row[4]) << 13;
  i32_eight even0 = sum + third, even1 = difference + second, even2 = difference - second, even3 = sum - third;
  i32_eight a = row[7], b = row[5], c = row[3], d = row[1];
  rotate_four(&a, &b, &c, &d);
  row[0] = descaled(even0 + d, bits);
  row[7] = descaled(even0 - d, bits);
  row[1] = descaled(even1 + c, bits);
  row[6] = descaled(even1 - c, bits);
  row[2] = descaled(even2 + b, bits);
  row[5] = descaled(even2 - b, bits);
  row[3] = descaled(even3 + a, bits);
  row[4] = descaled(even3 - a, bits);
}

// Rounds numbers, which are eight times too large, to multiples of steps.
INLINE i32_eight rounded_to_steps(i32_eight numbers, const int32_t *steps) {
  i32_eight step = load_i32_eight(steps), factor = load_i32_eight(steps + 64), sign = numbers >> 31;
  i32_eight count = ((((numbers ^ sign) - sign) + step * 4) >> 3) * factor >> 19;
  return ((count ^ sign) - sign) * step;
}

static void requantise(uint8_t *bytes, ptrdiff_t stride, ptrdiff_t count, const int32_t *steps) {
  for (; count--; bytes += 8) {
    block it;
    for (int y = 0; y < 8; y++)
      it.row[y] = __builtin_convertvector(load_bytes_eight(bytes + y * stride), i32_eight) - 128;
    transpose_block(&it);
    forward(it.row, true);
    transpose_block(&it);
    forward(it.row, false);
    for (int y = 0; y < 8; y++) it.row[y] = rounded_to_steps(it.row[y], steps + 8 * y);
    inverse(it.row, 11);
    transpose_block(&it);
    inverse(it.row, 18);
    transpose_block(&it);
    for (int y = 0; y < 8; y++) {
      i32_eight values = __builtin_elementwise_max(it.row[y] + 128, (i32_eight){0});
      values = __builtin_elementwise_min(values, (i32_eight){0} + 255);
      store_bytes_eight(bytes + y * stride, __builtin_convertvector(values, bytes_eight));
    }
  }
}

// Three times the nearer row of chroma and once the further one.
INLINE u64 column_sums(const uint8_t *near, const uint8_t *far) {
  u64 nearer = __builtin_convertvector(load_u8_half(near), u64), further = __builtin_convertvector(load_u8_half(far), u64);
  return nearer + nearer + nearer + further;
}

// Chroma of LANES pixels, of which `place` is half the column of the first; 0 is no colour.
INLINE i32 enlarged(const uint8_t *near, const uint8_t *far, ptrdiff_t place) {
  u64 here = column_sums(near + place, far + place);
  u64 left = column_sums(near + place - 1, far + place - 1), right = column_sums(near + place + 1, far + place + 1);
  u64 thrice = here + here + here;
  return (i32)(((thrice + left + 8) >> 4) | ((thrice + right + 7) >> 4) << 32) - 128;
}

INLINE u32 in_byte(i32 values, int shift) {
  values = __builtin_elementwise_min(__builtin_elementwise_max(values, (i32){0}), (i32){0} + 255);
  return (u32)values << shift;
}

// A row of pixels from luma and two rows of each chroma, before and behind which the outermost value is once more.
static void from_planes(const uint8_t *luma, const uint8_t *near_blue, const uint8_t *far_blue, const uint8_t *near_red,
                        const uint8_t *far_red, uint32_t *pixels, ptrdiff_t width) {
  for (ptrdiff_t x = 0; x < width; x += LANES) {
    i32 grey = __builtin_convertvector(load_u8_lanes(luma + x), i32);
    i32 blue = enlarged(near_blue, far_blue, x / 2), red = enlarged(near_red, far_red, x / 2);
    u32 colours = in_byte(grey + ((red * 91881 + 32768) >> 16), 0) |
                  in_byte(grey + ((blue * -22554 - red * 46802 + 32768) >> 16), 8) |
                  in_byte(grey + ((blue * 116130 + 32768) >> 16), 16);
    u32 these = load_u32(pixels + x);
    store_some(pixels + x, with_alpha_of(colours, these), lanes_below(width - x));
  }
}
