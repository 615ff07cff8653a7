// Mixtures of each colour with one grey level: a table of 256 entries, computed instead of looked up where a line in
// integers, kept in 0...255, has the same entries.

// How entries are computed: the value less `lowest`, not below 0; a product of that with share / 65536, in 8 bits behind
// the point; the offset, which is in the same unit; and, for `rising`, the value once more.
typedef struct {
  uint8_t lowest;
  uint16_t share, offset;
  // Factors from 1 on; the share is that of what is above 1.
  bool rising;
  // The offset is taken off, not added.
  bool lowering;
} grey_line;

static void fill_grey_table(uint32_t grey, float factor, int32_t *table) {
  float start = (float)(int32_t)grey;
  for (int32_t value = 0; value < 256; value++) {
    float product = factor * ((float)value - start);
    float mixture = start + product;
    mixture = mixture < 0 ? 0 : mixture;
    table[value] = (int32_t)(mixture > 255 ? 255 : mixture);
  }
}

// Finds the offset with which a line of this share gives the table; false where there is none.
static bool find_offset(grey_line *line, int32_t share, const int32_t *table) {
  // The offset is at least one number and at most another, both in 1/65536.
  int32_t least = INT32_MIN, most = INT32_MAX, lowest = line->lowest;
  bool rising = line->rising;
  for (int32_t value = lowest; value < 256; value++) {
    int32_t place = value - lowest, wanted = table[value] - (rising ? place : 0);
    int32_t from = 65536 * wanted - place * share, until = from + 65535;
    // What is below 0 becomes 0, and what is above 255 becomes 255.
    from = wanted > 0 ? from : INT32_MIN;
    until = rising && table[value] == 255 ? INT32_MAX : until;
    least = from > least ? from : least;
    most = until < most ? until : most;
  }
  line->lowering = most < 0;
  int32_t offset = most < 0 ? (255 - most) / 256 : least < 0 ? 0 : (least + 255) / 256;
  int32_t found = most < 0 ? -256 * offset : 256 * offset;
  if (found < least || found > most || offset > 65535) return false;
  line->share = (uint16_t)share;
  line->offset = (uint16_t)offset;
  return true;
}

static bool find_grey_line(float factor, const int32_t *table, grey_line *result) {
  if (factor >= 2 || (factor >= 1 && table[0] != 0)) return false;
  result->rising = factor >= 1;
  int zeros = 0;
  for (int value = 0; value < 256; value++) zeros += table[value] == 0;
  result->lowest = (uint8_t)(result->rising ? zeros - 1 : 0);
  float share = (result->rising ? factor - 1 : factor) * 65536;
  int32_t nearest = (int32_t)(share + 0.5f);
  const int32_t others[] = {0, 1, -1, 2, -2};
  for (size_t turn = 0; turn < sizeof others / sizeof *others; turn++) {
    int32_t tried = nearest + others[turn];
    if (tried >= 0 && tried <= 65535 && find_offset(result, tried, table)) return true;
  }
  return false;
}

INLINE void mix_grey_line(uint32_t *pixels, ptrdiff_t count, grey_line line, bool rising, bool lowering) {
  // Alpha has no share of this.
  const u8 lowest = (u8)((u32){0} + line.lowest * 0x010101u);
  const u16 share_even = (u16){0} + line.share, share_odd = in_words(line.share, 0);
  const u16 offset_even = (u16){0} + line.offset, offset_odd = in_words(line.offset, 0);
  for (ptrdiff_t index = 0; index < count; index += LANES) {
    u8 these = load_u8(pixels + index);
    if (rising) these = __builtin_elementwise_sub_sat(these, lowest);
    u16 even = UPPER_PRODUCT_UNSIGNED((u16)these << 8, share_even);
    u16 odd = UPPER_PRODUCT_UNSIGNED((u16)these & ODD, share_odd);
    even = lowering ? __builtin_elementwise_sub_sat(even, offset_even) : even + offset_even;
    odd = lowering ? __builtin_elementwise_sub_sat(odd, offset_odd) : odd + offset_odd;
    u8 parts = (u8)(even >> 8 | (odd & ODD));
    u32 result = rising ? (u32)__builtin_elementwise_add_sat(these, parts) : with_alpha_of((u32)parts, (u32)these);
    store_u32(pixels + index, result);
  }
}

static void mix_grey(uint32_t *pixels, ptrdiff_t count, uint32_t grey, float factor) {
  int32_t table[256];
  fill_grey_table(grey, factor, table);
  grey_line line;
  if (find_grey_line(factor, table, &line)) {
    if (line.rising && line.lowering) mix_grey_line(pixels, count, line, true, true);
    else if (line.rising) mix_grey_line(pixels, count, line, true, false);
    else if (line.lowering) mix_grey_line(pixels, count, line, false, true);
    else mix_grey_line(pixels, count, line, false, false);
    return;
  }
  f32 degenerate = (f32){0} + (float)grey;
  for (ptrdiff_t index = 0; index < count; index += LANES) {
    u32 these = load_u32(pixels + index);
    store_u32(pixels + index, mixed_pixels(these, degenerate, degenerate, degenerate, factor));
  }
}
