// The optimiser's step over flat vectors. Included once for each instruction set.

constexpr int PARTS = 16 / LANES;

double decay_gradient(float *gradient, const float *values, int64_t count, float decay) {
  double squares = 0;
  const int64_t whole = count / 16 * 16;
  for (int64_t begin = 0; begin < whole; begin += 1024) {
    const int64_t end = begin + 1024 < whole ? begin + 1024 : whole;
    Vector sums[PARTS] = {};
    for (int64_t place = begin; place < end; place += 16) {
      for (int part = 0; part < PARTS; ++part) {
        float *to = gradient + place + part * LANES;
        const Vector decayed = multiply_add(Vector(decay), load(values + place + part * LANES), load(to));
        store(to, decayed);
        sums[part] = multiply_add(decayed, decayed, sums[part]);
      }
    }
    for (int part = 0; part < PARTS; ++part)
      for (int lane = 0; lane < LANES; ++lane) squares += sums[part][lane];
  }
  for (int64_t place = whole; place < count; ++place) {
    gradient[place] = __builtin_fmaf(decay, values[place], gradient[place]);
    squares += static_cast<double>(gradient[place]) * gradient[place];
  }
  return squares;
}

void nesterov(
  float *values, const float *gradient, float *accumulated, int64_t count, float factor, float momentum, float rate) {
  int64_t place = 0;
  for (; place + LANES <= count; place += LANES) {
    const Vector clipped = load(gradient + place) * Vector(factor);
    const Vector sum = multiply_add(Vector(momentum), load(accumulated + place), clipped);
    store(accumulated + place, sum);
    const Vector step = multiply_add(Vector(momentum), sum, clipped);
    store(values + place, multiply_add(Vector(-rate), step, load(values + place)));
  }
  for (; place < count; ++place) {
    const float clipped = gradient[place] * factor;
    accumulated[place] = __builtin_fmaf(momentum, accumulated[place], clipped);
    values[place] = __builtin_fmaf(-rate, __builtin_fmaf(momentum, accumulated[place], clipped), values[place]);
  }
}
