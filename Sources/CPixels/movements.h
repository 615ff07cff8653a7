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

// Pixels from anywhere: no gain in instructions made for it.
INLINE u32 gathered(const uint32_t *source, i32 places) {
  u32 pixels;
  for (int lane = 0; lane < LANES; lane++) pixels[lane] = source[places[lane]];
  return pixels;
}

// Whether a coordinate that starts here stays, in all four corners, where 32-bit numbers hold it.
INLINE bool is_small(int64_t start, int64_t across, int64_t down) {
  const int64_t limit = 1 << 30;
  return start >= -limit && start <= limit && across >= -limit / 2 && across <= limit / 2 && down >= -limit / 2 &&
         down <= limit / 2;
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
  const i32 step_x = lanes * (int32_t)walk.step_x, step_y = lanes * (int32_t)walk.step_y;
  const uint32_t limit_x = (uint32_t)width << 16, limit_y = (uint32_t)height << 16;
  const int32_t next_x = LANES * (int32_t)walk.step_x, next_y = LANES * (int32_t)walk.step_y;
  int32_t start_x = (int32_t)walk.start_x, start_y = (int32_t)walk.start_y;
  for (ptrdiff_t y = 0; y < height; y++) {
    i32 source_x = start_x + step_x, source_y = start_y + step_y;
    for (ptrdiff_t x = 0; x < width; x += LANES) {
      i32 inside = ((u32)source_x < limit_x) & ((u32)source_y < limit_y);
      // Place -1, before the image, is transparent black.
      i32 places = (((source_y >> 16) * (int32_t)width + (source_x >> 16)) & inside) | ~inside;
      store_u32(result + y * width + x, gathered(pixels, places));
      source_x += next_x;
      source_y += next_y;
    }
    start_x += (int32_t)walk.row_x;
    start_y += (int32_t)walk.row_y;
  }
  return true;
}
