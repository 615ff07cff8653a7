// Batch norm and ReLU in two passes each way: sums, then results. Included once for each instruction set.
//
// Source of the formulas: Ioffe and Szegedy, "Batch Normalization", ICML 2015, algorithm 1 and the derivatives after it.

/// Rows whose sums are kept in float before they join those in double.
constexpr int64_t ROWS_IN_FLOAT = 64;

/// Adds `terms(channel, row)`, two vectors, over the rows of each channel.
template <typename Terms>
inline void sum_rows(int64_t rows, int64_t channels, double *sums, const Terms &terms) {
  for (int64_t index = 0; index < 2 * channels; ++index) sums[index] = 0;
  for (int64_t begin = 0; begin < rows; begin += ROWS_IN_FLOAT) {
    const int64_t end = begin + ROWS_IN_FLOAT < rows ? begin + ROWS_IN_FLOAT : rows;
    for (int64_t channel = 0; channel < channels; channel += LANES) {
      // Two sums of each kind: one alone would wait for its own last addition.
      Vector first[2] = {zero(), zero()}, second[2] = {zero(), zero()};
      const auto sum = terms(channel);
      int64_t row = begin;
      for (; row + 1 < end; row += 2) {
        sum(row, first[0], second[0]);
        sum(row + 1, first[1], second[1]);
      }
      if (row < end) sum(row, first[0], second[0]);
      const Vector a = first[0] + first[1], b = second[0] + second[1];
      for (int lane = 0; lane < LANES; ++lane) {
        sums[channel + lane] += a[lane];
        sums[channels + channel + lane] += b[lane];
      }
    }
  }
}

template <typename T>
void moments(const T *values, int64_t rows, int64_t channels, const float *origin, double *sums) {
  sum_rows(rows, channels, sums, [=](int64_t channel) {
    const Vector middle = load(origin + channel);
    return [=](int64_t row, Vector &sum, Vector &squares) {
      const Vector value = load(values + row * channels + channel) - middle;
      sum += value;
      squares = multiply_add(value, value, squares);
    };
  });
}

/// max(0, x * scale + offset) for the channels of one vector.
struct Rectifier {
  const Vector scale, offset;

  Rectifier(const Normalization &normalization, int64_t channel)
      : scale(load(normalization.scale + channel)), offset(load(normalization.offset + channel)) {}

  Vector operator()(Vector value) const {
    const Vector normalized = multiply_add(value, scale, offset);
    // Written so that not-a-number stays.
    return normalized < zero() ? zero() : normalized;
  }
};

template <typename T>
void normalize_and_rectify(
  const T *values, int64_t rows, int64_t channels, const Normalization &normalization, T *result) {
  for (int64_t row = 0; row < rows; ++row) {
    for (int64_t channel = 0; channel < channels; channel += LANES) {
      const int64_t place = row * channels + channel;
      store(result + place, Rectifier(normalization, channel)(load(values + place)));
    }
  }
}

template <typename T>
void gradient_moments(
  const T *values, const T *gradient, int64_t rows, int64_t channels, const Normalization &normalization,
  double *sums) {
  const Normalization n = normalization;
  sum_rows(rows, channels, sums, [=](int64_t channel) {
    const Vector mean = load(n.mean + channel), scale = load(n.scale + channel), offset = load(n.offset + channel);
    return [=](int64_t row, Vector &sum, Vector &weighted) {
      const int64_t place = row * channels + channel;
      const Vector value = load(values + place);
      // Written so that the gradient of what is not a number passes, as in torch.
      const Vector passed = multiply_add(value, scale, offset) <= zero() ? zero() : load(gradient + place);
      sum += passed;
      weighted = multiply_add(passed, value - mean, weighted);
    };
  });
}

template <typename T>
void input_gradient(
  const T *values, const T *gradient, int64_t rows, int64_t channels, const Normalization &normalization,
  const float *offset_gradient, const float *slope, T *result) {
  const float *means = normalization.mean, *scales = normalization.scale, *offsets = normalization.offset;
  for (int64_t row = 0; row < rows; ++row) {
    for (int64_t channel = 0; channel < channels; channel += LANES) {
      const int64_t place = row * channels + channel;
      const Vector value = load(values + place), scale = load(scales + channel);
      const Vector passed =
        multiply_add(value, scale, load(offsets + channel)) <= zero() ? zero() : load(gradient + place);
      const Vector rest = passed - load(offset_gradient + channel) - (value - load(means + channel)) * load(slope + channel);
      store(result + place, scale * rest);
    }
  }
}
