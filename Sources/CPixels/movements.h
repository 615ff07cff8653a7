// Kernels that move pixels: what leaves the image is lost, what comes from outside is transparent black.

static void slide_rows(const uint32_t *pixels, uint32_t *result, ptrdiff_t width, ptrdiff_t height, int64_t start,
                       int64_t step) {
  const i32 lanes = COUNTING;
  for (ptrdiff_t y = 0; y < height; y++, start += step) {
    int64_t wanted = start >> 16;
    // A row that has moved out wholly is moved out by its width; further away there may be no memory.
    ptrdiff_t shift = wanted < -width ? -width : wanted > width ? width : (ptrdiff_t)wanted;
    const uint32_t *source = pixels + y * width + shift;
    for (ptrdiff_t x = 0; x < width; x += LANES) {
      u32 inside = (u32)((u32)(lanes + (int32_t)(x + shift)) < (uint32_t)width);
      store_u32(result + y * width + x, load_u32(source + x) & inside);
    }
  }
}

// Whether a coordinate that starts here stays, in all four corners, where 32-bit numbers hold it.
INLINE bool is_small(int64_t start, int64_t across, int64_t down) {
  const int64_t limit = 1 << 30;
  return start >= -limit && start <= limit && across >= -limit / 2 && across <= limit / 2 && down >= -limit / 2 &&
         down <= limit / 2;
}

// Where vectors of pixels come from, one after another along a row.
typedef struct {
  i32 x, y, next_x, next_y;
} places_walk;

// The next places, counted from the pixel before the image, which is transparent black: 0 for what lies outside. `last`
// has the last column and row, `steps` what a column and a row are in places.
INLINE u32 next_places(places_walk *walk, u16 last, i16 steps) {
  // The column in the lower word and the row in the upper one.
  u32 place = (u32)walk->x >> 16 | ((u32)walk->y & 0xFFFF0000u);
  u32 inside = (u32)((u32)__builtin_elementwise_sub_sat((u16)place, last) == 0);
  walk->x += walk->next_x;
  walk->y += walk->next_y;
  return ((u32)PAIR_PRODUCTS((i16)place, steps) + 1) & inside;
}

// A row of pixels, in two goes through its parts: single loads are faster than instructions that gather.
INLINE void resample_row(const uint32_t *source, uint32_t *target, ptrdiff_t width, places_walk walk, u16 last,
                         i16 steps) {
  enum { LONGEST = 256 };
  if (width < LONGEST / 2) {
    for (ptrdiff_t x = 0; x < width; x += LANES) {
      u32 places = next_places(&walk, last, steps), pixels;
      for (int lane = 0; lane < LANES; lane++) pixels[lane] = source[places[lane]];
      store_u32(target + x, pixels);
    }
    return;
  }
  uint32_t places[LONGEST];
  for (ptrdiff_t first = 0; first < width; first += LONGEST) {
    ptrdiff_t count = width - first < LONGEST ? width - first : LONGEST;
    for (ptrdiff_t x = 0; x < count; x += LANES) store_u32(places + x, next_places(&walk, last, steps));
    // Two pixels at a time; one behind the row may be written as well.
#pragma clang loop vectorize(disable) unroll_count(2)
    for (ptrdiff_t x = 0; x < count; x += 2) {
      uint64_t two, both;
      __builtin_memcpy(&two, places + x, sizeof two);
      both = source[(uint32_t)two] | (uint64_t)source[two >> 32] << 32;
      __builtin_memcpy(target + first + x, &both, sizeof both);
    }
  }
}

static bool resample(const uint32_t *pixels, uint32_t *result, ptrdiff_t width, ptrdiff_t height, cpixels_walk walk) {
  if (width > 16384 || height > 16384) return false;
  // Steps so far that one row of them could overflow are refused before they are multiplied.
  const int64_t most = 1 << 30;
  if (walk.step_x > most || walk.step_x < -most || walk.step_y > most || walk.step_y < -most || walk.row_x > most ||
      walk.row_x < -most || walk.row_y > most || walk.row_y < -most)
    return false;
  if (!is_small(walk.start_x, walk.step_x * (width + LANES), walk.row_x * height) ||
      !is_small(walk.start_y, walk.step_y * (width + LANES), walk.row_y * height))
    return false;
  const i32 lanes = COUNTING;
  const u16 last = in_words((uint32_t)width - 1, (uint32_t)height - 1);
  const i16 steps = (i16)in_words(1, (uint32_t)width);
  places_walk row = {
      .x = (int32_t)walk.start_x + lanes * (int32_t)walk.step_x,
      .y = (int32_t)walk.start_y + lanes * (int32_t)walk.step_y,
      .next_x = (i32){0} + LANES * (int32_t)walk.step_x,
      .next_y = (i32){0} + LANES * (int32_t)walk.step_y,
  };
  for (ptrdiff_t y = 0; y < height; y++) {
    resample_row(pixels - 1, result + y * width, width, row, last, steps);
    row.x += (int32_t)walk.row_x;
    row.y += (int32_t)walk.row_y;
  }
  return true;
}
