// Moving each column up or down.

// The columns of a strip that move alike: how far, and which they are, one word a column.
typedef struct {
  ptrdiff_t shift;
  u32 columns;
} column_group;

// A row of a strip, taken from the rows of its groups.
INLINE u32 slid_row(const uint32_t *pixels, ptrdiff_t width, const column_group *groups, int count) {
  u32 row = {0};
  for (int group = 0; group < count; group++)
    row |= load_u32(pixels + groups[group].shift * width) & groups[group].columns;
  return row;
}

// The rows from `first` to before `end`, where all groups come from inside the image.
INLINE void slide_inner_rows(const uint32_t *pixels, uint32_t *result, ptrdiff_t width, ptrdiff_t first, ptrdiff_t end,
                             const column_group *groups, int count) {
  for (ptrdiff_t y = first; y < end; y++)
    store_u32(result + y * width, slid_row(pixels + y * width, width, groups, count));
}

// Other rows: what comes from outside is transparent black.
INLINE void slide_outer_rows(const uint32_t *pixels, uint32_t *result, ptrdiff_t width, ptrdiff_t height,
                             ptrdiff_t first, ptrdiff_t end, const column_group *groups, int count) {
  for (ptrdiff_t y = first; y < end; y++) {
    u32 row = {0};
    for (int group = 0; group < count; group++) {
      ptrdiff_t from = y + groups[group].shift;
      if (from >= 0 && from < height) row |= load_u32(pixels + from * width) & groups[group].columns;
    }
    store_u32(result + y * width, row);
  }
}

// Finds the groups of the LANES columns from x on; their number.
INLINE int find_groups(ptrdiff_t x, ptrdiff_t height, int64_t start, int64_t step, column_group *groups) {
  int32_t shifts[LANES];
  for (int lane = 0; lane < LANES; lane++) {
    int64_t wanted = (start + (x + lane) * step) >> 16;
    // A column that has moved out wholly is moved out by its height.
    shifts[lane] = (int32_t)(wanted < -height ? -height : wanted > height ? height : wanted);
  }
  int count = 0;
  // Shifts rise or fall along the row, so that equal ones are neighbours.
  for (int lane = 0; lane < LANES; lane++) {
    if (lane > 0 && shifts[lane] == shifts[lane - 1]) continue;
    groups[count++] = (column_group){shifts[lane], (u32)(load_i32(shifts) == (i32){0} + shifts[lane])};
  }
  return count;
}

static void slide_columns(const uint32_t *pixels, uint32_t *result, ptrdiff_t width, ptrdiff_t height, int64_t start,
                          int64_t step) {
  for (ptrdiff_t x = 0; x < width; x += LANES) {
    // The last strip ends with the row, so that it does not write into the next one, which has been written.
    ptrdiff_t left = x + LANES <= width || width < LANES ? x : width - LANES;
    column_group groups[LANES];
    int count = find_groups(left, height, start, step, groups);
    ptrdiff_t one = groups[0].shift, other = groups[count - 1].shift;
    ptrdiff_t least = one < other ? one : other, most = one < other ? other : one;
    // Rows whose sources are all inside; none where the shifts differ by the height.
    ptrdiff_t first = least < 0 ? -least : 0, end = most > 0 ? height - most : height;
    if (first > end) first = end = height;
    const uint32_t *source = pixels + left;
    uint32_t *target = result + left;
    slide_outer_rows(source, target, width, height, 0, first, groups, count);
    switch (count) {
      case 1: slide_inner_rows(source, target, width, first, end, groups, 1); break;
      case 2: slide_inner_rows(source, target, width, first, end, groups, 2); break;
      case 3: slide_inner_rows(source, target, width, first, end, groups, 3); break;
      case 4: slide_inner_rows(source, target, width, first, end, groups, 4); break;
      case 5: slide_inner_rows(source, target, width, first, end, groups, 5); break;
      default: slide_inner_rows(source, target, width, first, end, groups, count);
    }
    slide_outer_rows(source, target, width, height, end, height, groups, count);
  }
}
