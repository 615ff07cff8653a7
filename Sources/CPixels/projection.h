// Moving pixels under a projective map, in double precision and in Pillow's order of additions.

// Where pixels come from, counted from the pixel before the image, which is transparent black: 0 for what lies outside. A
// place at the horizon, which is no number or infinite, lies outside.
INLINE u32 projected_places(i32 columns, ptrdiff_t row_number, ptrdiff_t width, ptrdiff_t height,
                            const cpixels_projection *map) {
  const f64 x = __builtin_convertvector(columns, f64) + 0.5, y = (f64){0} + ((double)row_number + 0.5);
  f64 divisor = map->g * x + map->h * y + 1;
  f64 old_x = (map->a * x + map->b * y + map->c) / divisor, old_y = (map->d * x + map->e * y + map->f) / divisor;
  i64_of_f64 inside = (old_x >= 0) & (old_x < (double)width) & (old_y >= 0) & (old_y < (double)height);
  u32 column = (u32)__builtin_convertvector((f64)((i64_of_f64)old_x & inside), i32);
  u32 row = (u32)__builtin_convertvector((f64)((i64_of_f64)old_y & inside), i32);
  return (row * (uint32_t)width + column + 1) & (u32)__builtin_convertvector(inside, i32);
}

static void project(const uint32_t *pixels, uint32_t *result, ptrdiff_t width, ptrdiff_t height, cpixels_projection map) {
  const uint32_t *source = pixels - 1;
  const i32 lanes = COUNTING;
  for (ptrdiff_t y = 0; y < height; y++) {
    for (ptrdiff_t x = 0; x < width; x += LANES) {
      u32 places = projected_places(lanes + (int32_t)x, y, width, height, &map), moved;
      for (int lane = 0; lane < LANES; lane++) moved[lane] = source[places[lane]];
      store_u32(result + y * width + x, moved);
    }
  }
}
