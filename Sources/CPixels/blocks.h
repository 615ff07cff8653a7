// Eight vectors of eight 32-bit numbers, which all sets of instructions work on alike.

typedef int32_t i32_eight __attribute__((vector_size(32)));
typedef uint8_t bytes_eight __attribute__((vector_size(8)));
DEFINE_ACCESS(i32_eight)
DEFINE_ACCESS(bytes_eight)

typedef struct {
  i32_eight row[8];
} block;

// Rows become columns.
INLINE void transpose_block(block *it) {
  i32_eight *row = it->row, pairs[8], fours[8];
  for (int index = 0; index < 8; index += 2) {
    pairs[index] = __builtin_shufflevector(row[index], row[index + 1], 0, 8, 2, 10, 4, 12, 6, 14);
    pairs[index + 1] = __builtin_shufflevector(row[index], row[index + 1], 1, 9, 3, 11, 5, 13, 7, 15);
  }
  for (int index = 0; index < 8; index += 4) {
    for (int odd = 0; odd < 2; odd++) {
      i32_eight one = pairs[index + odd], other = pairs[index + odd + 2];
      fours[index + odd] = __builtin_shufflevector(one, other, 0, 1, 8, 9, 4, 5, 12, 13);
      fours[index + odd + 2] = __builtin_shufflevector(one, other, 2, 3, 10, 11, 6, 7, 14, 15);
    }
  }
  for (int index = 0; index < 4; index++) {
    row[index] = __builtin_shufflevector(fours[index], fours[index + 4], 0, 1, 2, 3, 8, 9, 10, 11);
    row[index + 4] = __builtin_shufflevector(fours[index], fours[index + 4], 4, 5, 6, 7, 12, 13, 14, 15);
  }
}

// Rows of an image become columns. The last places of a row are written first, since whole vectors go beyond them, into the
// next row.
static void transpose(const uint32_t *pixels, uint32_t *result, ptrdiff_t width, ptrdiff_t height) {
  for (ptrdiff_t y = (height - 1) / 8 * 8; y >= 0; y -= 8) {
    ptrdiff_t rows = height - y < 8 ? height - y : 8;
    for (ptrdiff_t x = 0; x < width; x += 8) {
      ptrdiff_t columns = width - x < 8 ? width - x : 8;
      block it;
      for (ptrdiff_t index = 0; index < 8; index++)
        it.row[index] = load_i32_eight(pixels + (y + (index < rows ? index : rows - 1)) * width + x);
      transpose_block(&it);
      for (ptrdiff_t index = 0; index < columns; index++) store_i32_eight(result + (x + index) * height + y, it.row[index]);
    }
  }
}
