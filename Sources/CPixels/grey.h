// Mixtures of each colour with one grey level: a table of 256 entries.

static void fill_grey_table(uint32_t grey, float factor, int32_t *table) {
  float start = (float)(int32_t)grey;
  for (int32_t value = 0; value < 256; value++) {
    float product = factor * ((float)value - start);
    float mixture = start + product;
    mixture = mixture < 0 ? 0 : mixture;
    table[value] = (int32_t)(mixture > 255 ? 255 : mixture);
  }
}

#ifdef LOOKED_UP

static void mix_grey(uint32_t *pixels, ptrdiff_t count, uint32_t grey, float factor) {
  int32_t table[256];
  uint8_t bytes[256];
  fill_grey_table(grey, factor, table);
  for (int value = 0; value < 256; value++) bytes[value] = (uint8_t)table[value];
  replace_by_one(pixels, count, bytes);
}

#else

// A line in integers, kept in 0...255, that has the entries of the table: value · slope / 2¹⁵ + offset / 2⁷, cut off. The
// product is cut off to 7 bits behind the point before the offset is added.
typedef struct {
  uint16_t slope, offset;
  // The offset is taken off, not added.
  bool falls;
} grey_line;

// Finds the offset with which a line of this slope gives all entries; false where there is none.
static bool find_offset(int32_t slope, const int32_t *table, grey_line *result) {
  // The offset is at least one number and at most another, both in 1/2¹⁵.
  int32_t least = INT32_MIN, most = INT32_MAX;
  for (int32_t value = 0; value < 256; value++) {
    int32_t wanted = table[value], from = (wanted << 15) - value * slope, until = from + 32767;
    // What is below 0 becomes 0, and what is above 255 becomes 255.
    from = wanted > 0 ? from : INT32_MIN;
    until = wanted < 255 ? until : INT32_MAX;
    least = from > least ? from : least;
    most = until < most ? until : most;
  }
  bool falls = most < 0;
  int32_t offset = falls ? (255 - most) / 256 : least < 0 ? 0 : (least + 255) / 256;
  int32_t found = falls ? -256 * offset : 256 * offset;
  // No sum is above 65535.
  if (found < least || found > most || offset > 65535 || (!falls && (255 * slope >> 8) + offset > 65535)) return false;
  *result = (grey_line){(uint16_t)slope, (uint16_t)offset, falls};
  return true;
}

static bool find_grey_line(float factor, const int32_t *table, grey_line *result) {
  if (factor >= 2) return false;
  int32_t nearest = (int32_t)(factor * 32768 + 0.5f);
  const int32_t others[] = {0, 1, -1, 2, -2};
  for (size_t turn = 0; turn < sizeof others / sizeof *others; turn++) {
    int32_t slope = nearest + others[turn];
    if (slope >= 0 && slope <= 65535 && find_offset(slope, table, result)) return true;
  }
  return false;
}

INLINE void mix_grey_line(uint32_t *pixels, ptrdiff_t count, grey_line line, bool falls) {
  // Alpha stays.
  const u16 slope = for_colours(line.slope, 32768), offset = for_colours(line.offset, 0);
  for (ptrdiff_t index = 0; index < count; index += LANES) {
    u8 these = load_u8(pixels + index);
    u16 lower = UPPER_PRODUCT_UNSIGNED(raised_lower_bytes(these), slope);
    u16 upper = UPPER_PRODUCT_UNSIGNED(raised_upper_bytes(these), slope);
    lower = falls ? __builtin_elementwise_sub_sat(lower, offset) : lower + offset;
    upper = falls ? __builtin_elementwise_sub_sat(upper, offset) : upper + offset;
    store_u8(pixels + index, PACKED((i16)(lower >> 7), (i16)(upper >> 7)));
  }
}

static void mix_grey(uint32_t *pixels, ptrdiff_t count, uint32_t grey, float factor) {
  int32_t table[256];
  fill_grey_table(grey, factor, table);
  grey_line line;
  if (find_grey_line(factor, table, &line)) {
    if (line.falls) mix_grey_line(pixels, count, line, true);
    else mix_grey_line(pixels, count, line, false);
    return;
  }
  f32 degenerate = (f32){0} + (float)grey;
  for (ptrdiff_t index = 0; index < count; index += LANES) {
    u32 these = load_u32(pixels + index);
    store_u32(pixels + index, mixed_pixels(these, degenerate, degenerate, degenerate, factor));
  }
}

#endif
