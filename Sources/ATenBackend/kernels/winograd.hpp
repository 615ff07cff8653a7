// 3×3 convolution by Winograd's minimal filtering F(4×4, 3×3): 36 products where the plain sum has 144.
//
// Source: Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks", CVPR 2016, equation 8. With d a 6×6 piece
// of the input, g the 3×3 weights and Y the 4×4 output, Y = Aᵀ[(G g Gᵀ) ⊙ (Bᵀ d B)]A, summed over the inputs before
// Aᵀ…A. A `place` is one of the 36 positions; for each place the sum over the inputs is a matrix product. The matrices
// follow from five points and infinity (Toom and Cook); the points 0, ±5/8, ±3/2 keep the rounding error smaller than the
// usual 0, ±1, ±2, and are exact in binary.
// Included once for each instruction set.

// What fits the registers: TILE_GROUP × COLUMNS (or INPUT_GROUP × COLUMNS) sums, COLUMNS weights and one input.
constexpr int COLUMNS = LANES == 4 ? 4 : 2;
constexpr int TILE_GROUP = LANES == 16 ? 12 : 6;
constexpr int INPUT_GROUP = LANES == 16 ? 8 : 4;
/// Columns of a matrix product that are made together.
constexpr int64_t WIDTH = COLUMNS * LANES;
/// The distance of two places in scratch memory is no power of two, which would let them evict each other.
constexpr int64_t place_stride(int64_t tiles, int64_t channels) { return tiles * channels + 16; }

/// The points, ±A and ±B.
constexpr float A1 = 0.625f, A2 = A1 * A1, A3 = A2 * A1;
constexpr float B1 = 1.5f, B2 = B1 * B1, B3 = B2 * B1;
constexpr float SUM = A2 + B2, PRODUCT = A2 * B2;
/// What the rows of G are divided by.
constexpr float G0 = 1 / PRODUCT, GA = 1 / (2 * A2 * (A2 - B2)), GB = 1 / (2 * B2 * (B2 - A2));

/// Where a tile lies.
struct Tile {
  int64_t image, y, x;

  Tile(const Images &images, int64_t tile)
      : image(tile / (images.tile_columns() * images.tile_rows())),
        y(4 * (tile / images.tile_columns() % images.tile_rows())), x(4 * (tile % images.tile_columns())) {}
};

/// Bᵀ d: six numbers from six.
inline void input_line(Vector d0, Vector d1, Vector d2, Vector d3, Vector d4, Vector d5, Vector *v, int step) {
  const Vector even_a = multiply_add(Vector(-B2), d2, d4), odd_a = Vector(A1) * multiply_add(Vector(-B2), d1, d3);
  const Vector even_b = multiply_add(Vector(-A2), d2, d4), odd_b = Vector(B1) * multiply_add(Vector(-A2), d1, d3);
  v[0] = multiply_add(Vector(PRODUCT), d0, multiply_add(Vector(-SUM), d2, d4));
  v[step] = even_a + odd_a;
  v[2 * step] = even_a - odd_a;
  v[3 * step] = even_b + odd_b;
  v[4 * step] = even_b - odd_b;
  v[5 * step] = multiply_add(Vector(PRODUCT), d1, multiply_add(Vector(-SUM), d3, d5));
}

/// Aᵀ m: four numbers from six.
inline void output_line(Vector m0, Vector m1, Vector m2, Vector m3, Vector m4, Vector m5, Vector *y, int step) {
  const Vector even_a = m1 + m2, odd_a = m1 - m2, even_b = m3 + m4, odd_b = m3 - m4;
  y[0] = m0 + even_a + even_b;
  y[step] = multiply_add(Vector(A1), odd_a, Vector(B1) * odd_b);
  y[2 * step] = multiply_add(Vector(A2), even_a, Vector(B2) * even_b);
  y[3 * step] = multiply_add(Vector(A3), odd_a, multiply_add(Vector(B3), odd_b, m5));
}

/// A y: six numbers from four.
inline void gradient_line(Vector y0, Vector y1, Vector y2, Vector y3, Vector *m, int step) {
  const Vector even_a = multiply_add(Vector(A2), y2, y0), odd_a = multiply_add(Vector(A3), y3, Vector(A1) * y1);
  const Vector even_b = multiply_add(Vector(B2), y2, y0), odd_b = multiply_add(Vector(B3), y3, Vector(B1) * y1);
  m[0] = y0;
  m[step] = even_a + odd_a;
  m[2 * step] = even_a - odd_a;
  m[3 * step] = even_b + odd_b;
  m[4 * step] = even_b - odd_b;
  m[5 * step] = y3;
}

/// G g: six numbers from three.
inline void weight_line(Vector g0, Vector g1, Vector g2, Vector *u, int step) {
  const Vector even_a = multiply_add(Vector(A2), g2, g0), odd_a = Vector(A1) * g1;
  const Vector even_b = multiply_add(Vector(B2), g2, g0), odd_b = Vector(B1) * g1;
  u[0] = Vector(G0) * g0;
  u[step] = Vector(GA) * (even_a + odd_a);
  u[2 * step] = Vector(GA) * (even_a - odd_a);
  u[3 * step] = Vector(GB) * (even_b + odd_b);
  u[4 * step] = Vector(GB) * (even_b - odd_b);
  u[5 * step] = g2;
}

/// Gᵀ u: three numbers from six.
inline void weight_gradient_line(const Vector *u, int step, Vector *g, int g_step) {
  const Vector even_a = Vector(GA) * (u[step] + u[2 * step]), odd_a = Vector(GA) * (u[step] - u[2 * step]);
  const Vector even_b = Vector(GB) * (u[3 * step] + u[4 * step]), odd_b = Vector(GB) * (u[3 * step] - u[4 * step]);
  g[0] = multiply_add(Vector(G0), u[0], even_a + even_b);
  g[g_step] = multiply_add(Vector(A1), odd_a, Vector(B1) * odd_b);
  g[2 * g_step] = multiply_add(Vector(A2), even_a, multiply_add(Vector(B2), even_b, u[5 * step]));
}

/// A channel's value as it is.
struct Unchanged {
  Unchanged(const Normalization &, int64_t) {}
  Vector operator()(Vector value) const { return value; }
};

/// Bᵀ d B of one vector of channels, its places `stride` floats apart; `pixel(row, column)` gives d.
template <typename Pixel>
inline void transform_pixels(const Pixel &pixel, float *to, int64_t stride) {
  Vector columns[36], v[6];
#pragma clang loop unroll(full)
  for (int column = 0; column < 6; ++column) {
    Vector d[6];
    for (int row = 0; row < 6; ++row) d[row] = pixel(row, column);
    input_line(d[0], d[1], d[2], d[3], d[4], d[5], columns + column, 6);
  }
#pragma clang loop unroll(full)
  for (int row = 0; row < 36; row += 6) {
    const Vector *c = columns + row;
    input_line(c[0], c[1], c[2], c[3], c[4], c[5], v, 1);
    for (int column = 0; column < 6; ++column) store(to + (row + column) * stride, v[column]);
  }
}

/// Writes the transformed input of some tiles, [36][tiles][count] with `stride` floats between places, for `count`
/// channels from `first_channel` on. `Change`: what happens to every value first, but not to the zeros around the image.
template <typename Change, typename T>
void transform_changed_input(
  const Images &images, int64_t channels, const T *input, const Normalization &normalization, int64_t first_channel,
  int64_t count, int64_t first, int64_t last, float *transformed, int64_t stride) {
  const int64_t line = images.width * channels;
  for (int64_t index = first; index < last; ++index) {
    const Tile tile(images, index);
    const T *image = input + tile.image * images.height * line + first_channel;
    // Of the piece's first pixel, which may lie outside the image, before its memory begins.
    const int64_t top = tile.y - 1, left = tile.x - 1, corner = top * line + left * channels;
    float *to = transformed + (index - first) * count;
    if (top >= 0 && left >= 0 && top + 6 <= images.height && left + 6 <= images.width) {
      for (int64_t channel = 0; channel < count; channel += LANES) {
        const Change change(normalization, first_channel + channel);
        const T *start = image + (corner + channel);
        transform_pixels(
          [&](int row, int column) { return change(load(start + row * line + column * channels)); }, to + channel,
          stride);
      }
      continue;
    }
    alignas(64) static constexpr T zeros[LANES] = {};
    bool inside[36];
    for (int place = 0; place < 36; ++place) {
      const int64_t y = top + place / 6, x = left + place % 6;
      inside[place] = y >= 0 && y < images.height && x >= 0 && x < images.width;
    }
    for (int64_t channel = 0; channel < count; channel += LANES) {
      const Change change(normalization, first_channel + channel);
      transform_pixels(
        [&](int row, int column) {
          const bool is_inside = inside[row * 6 + column];
          const T *place = is_inside ? image + (corner + channel + row * line + column * channels) : zeros;
          return masked(change(load(place)), is_inside ? -1 : 0);
        },
        to + channel, stride);
    }
  }
}

template <typename T>
void transform_input(
  const Images &images, int64_t channels, const Input<T> &input, int64_t first_channel, int64_t count, int64_t first,
  int64_t last, float *transformed, int64_t stride) {
  if (input.rectified_by) {
    transform_changed_input<Rectifier>(
      images, channels, input.values, *input.rectified_by, first_channel, count, first, last, transformed, stride);
  } else {
    transform_changed_input<Unchanged>(
      images, channels, input.values, {}, first_channel, count, first, last, transformed, stride);
  }
}

/// products[tile][…] = Σ over the inputs of transformed[tile][input] * packed[input][…].
template <int TILES, int VECTORS>
void multiply_tiles(
  const float *transformed, int64_t inputs, const float *packed, float *products, int64_t outputs) {
  Vector sums[TILES][VECTORS];
  for (int tile = 0; tile < TILES; ++tile)
    for (int column = 0; column < VECTORS; ++column) sums[tile][column] = zero();
  for (int64_t input = 0; input < inputs; ++input) {
    Vector weights[VECTORS];
    for (int column = 0; column < VECTORS; ++column) weights[column] = load(packed + column * LANES);
    packed += VECTORS * LANES;
#pragma clang loop unroll(full)
    for (int tile = 0; tile < TILES; ++tile) {
      const Vector value = Vector(transformed[tile * inputs + input]);
#pragma clang loop unroll(full)
      for (int column = 0; column < VECTORS; ++column)
        sums[tile][column] = multiply_add(value, weights[column], sums[tile][column]);
    }
  }
  for (int tile = 0; tile < TILES; ++tile)
    for (int column = 0; column < VECTORS; ++column)
      store(products + tile * outputs + column * LANES, sums[tile][column]);
}

/// Aᵀ m A of one vector of channels, whose places are `stride` floats apart; `write(row, column, y)` takes the results.
template <typename Write>
inline void transform_products(const float *from, int64_t stride, const Write &write) {
  Vector lines[24], y[4];
#pragma clang loop unroll(full)
  for (int column = 0; column < 6; ++column) {
    Vector m[6];
    for (int row = 0; row < 6; ++row) m[row] = load(from + (row * 6 + column) * stride);
    output_line(m[0], m[1], m[2], m[3], m[4], m[5], lines + column, 6);
  }
#pragma clang loop unroll(full)
  for (int row = 0; row < 4; ++row) {
    const Vector *l = lines + 6 * row;
    output_line(l[0], l[1], l[2], l[3], l[4], l[5], y, 1);
    for (int column = 0; column < 4; ++column) write(row, column, y[column]);
  }
}

/// The pixels of some tiles, [tile pixels][channels], from their products; the base, where there is one, is added.
template <typename T>
void transform_output(
  const Images &images, int64_t channels, const float *products, int64_t stride, const T *base, int64_t first,
  int64_t last, T *output) {
  const int64_t line = images.width * channels;
  for (int64_t index = first; index < last; ++index) {
    const Tile tile(images, index);
    const int64_t corner = (tile.image * images.height + tile.y) * line + tile.x * channels;
    const int64_t rows = images.height - tile.y, columns = images.width - tile.x;
    for (int64_t channel = 0; channel < channels; channel += LANES) {
      const float *from = products + (index - first) * channels + channel;
      const T *added = base ? base + corner + channel : nullptr;
      T *to = output + corner + channel;
      if (rows < 4 || columns < 4) {
        transform_products(from, stride, [&](int row, int column, Vector y) {
          const int64_t place = row * line + column * channels;
          if (row < rows && column < columns) store(to + place, added ? y + load(added + place) : y);
        });
      } else if (added) {
        transform_products(from, stride, [&](int row, int column, Vector y) {
          const int64_t place = row * line + column * channels;
          store(to + place, y + load(added + place));
        });
      } else {
        transform_products(
          from, stride, [&](int row, int column, Vector y) { store(to + row * line + column * channels, y); });
      }
    }
  }
}

template <typename T>
void convolve(
  const Images &images, int64_t inputs, int64_t outputs, const Input<T> &input, const float *packed, const T *base,
  T *output, int64_t first, int64_t last, float *scratch) {
  const int64_t at_once = tiles_at_once(inputs, outputs);
  const int64_t input_stride = place_stride(at_once, inputs), output_stride = place_stride(at_once, outputs);
  float *transformed = scratch, *products = scratch + PLACES * input_stride;
  for (int64_t begin = first; begin < last; begin += at_once) {
    const int64_t end = begin + at_once < last ? begin + at_once : last;
    transform_input(images, inputs, input, 0, inputs, begin, end, transformed, input_stride);
    for (int64_t place = 0; place < PLACES; ++place) {
      const float *weights = packed + place * inputs * outputs;
      for (int64_t column = 0; column < outputs; column += WIDTH) {
        // The last group may read and write more tiles than there are: scratch has space for them, and they are not read.
        for (int64_t tile = 0; tile < end - begin; tile += TILE_GROUP) {
          const float *from = transformed + place * input_stride + tile * inputs;
          float *to = products + place * output_stride + tile * outputs + column;
          if (outputs - column >= WIDTH) {
            multiply_tiles<TILE_GROUP, COLUMNS>(from, inputs, weights + column * inputs, to, outputs);
          } else {
            multiply_tiles<TILE_GROUP, 16 / LANES>(from, inputs, weights + column * inputs, to, outputs);
          }
        }
      }
    }
    transform_output(images, outputs, products, output_stride, base, begin, end, output);
  }
}

/// A y Aᵀ of the gradient of some tiles' pixels, [36][tiles][channels].
template <typename T>
void transform_gradient(
  const Images &images, int64_t channels, const T *gradient, int64_t first, int64_t last, float *transformed,
  int64_t stride) {
  for (int64_t index = first; index < last; ++index) {
    const Tile tile(images, index);
    const T *corner = gradient + ((tile.image * images.height + tile.y) * images.width + tile.x) * channels;
    const int64_t rows = images.height - tile.y < 4 ? images.height - tile.y : 4;
    const int64_t columns = images.width - tile.x < 4 ? images.width - tile.x : 4;
    float *to = transformed + (index - first) * channels;
    for (int64_t channel = 0; channel < channels; channel += LANES) {
      Vector lines[24], m[6];
#pragma clang loop unroll(full)
      for (int column = 0; column < 4; ++column) {
        Vector y[4];
        for (int row = 0; row < 4; ++row) {
          const bool inside = row < rows && column < columns;
          y[row] = inside ? load(corner + (row * images.width + column) * channels + channel) : zero();
        }
        gradient_line(y[0], y[1], y[2], y[3], lines + column, 4);
      }
#pragma clang loop unroll(full)
      for (int row = 0; row < 6; ++row) {
        const Vector *l = lines + 4 * row;
        gradient_line(l[0], l[1], l[2], l[3], m, 1);
        for (int column = 0; column < 6; ++column) store(to + (row * 6 + column) * stride + channel, m[column]);
      }
    }
  }
}

/// products[input][…] += Σ over the tiles of transformed[tile][input] * gradient[tile][…].
template <int INPUTS, int VECTORS>
void add_products(
  const float *transformed, int64_t inputs, const float *gradient, int64_t outputs, int64_t tiles, float *products) {
  Vector sums[INPUTS][VECTORS];
  for (int input = 0; input < INPUTS; ++input)
    for (int column = 0; column < VECTORS; ++column)
      sums[input][column] = load(products + input * outputs + column * LANES);
  for (int64_t tile = 0; tile < tiles; ++tile) {
    Vector columns[VECTORS];
    for (int column = 0; column < VECTORS; ++column) columns[column] = load(gradient + column * LANES);
#pragma clang loop unroll(full)
    for (int input = 0; input < INPUTS; ++input) {
      const Vector value = Vector(transformed[input]);
#pragma clang loop unroll(full)
      for (int column = 0; column < VECTORS; ++column)
        sums[input][column] = multiply_add(value, columns[column], sums[input][column]);
    }
    transformed += inputs;
    gradient += outputs;
  }
  for (int input = 0; input < INPUTS; ++input)
    for (int column = 0; column < VECTORS; ++column)
      store(products + input * outputs + column * LANES, sums[input][column]);
}

template <typename T>
void add_weight_gradient(
  const Images &images, int64_t inputs, int64_t outputs, const Input<T> &input, const T *gradient,
  int64_t first_input, int64_t input_count, float *products, float *scratch) {
  const int64_t at_once = tiles_at_once(inputs, outputs), tiles = images.tiles();
  const int64_t input_stride = place_stride(at_once, input_count), output_stride = place_stride(at_once, outputs);
  float *transformed = scratch, *transformed_gradient = scratch + PLACES * input_stride;
  for (int64_t begin = 0; begin < tiles; begin += at_once) {
    const int64_t end = begin + at_once < tiles ? begin + at_once : tiles;
    transform_input(images, inputs, input, first_input, input_count, begin, end, transformed, input_stride);
    transform_gradient(images, outputs, gradient, begin, end, transformed_gradient, output_stride);
    for (int64_t place = 0; place < PLACES; ++place) {
      for (int64_t column = 0; column < outputs; column += WIDTH) {
        for (int64_t row = 0; row < input_count; row += INPUT_GROUP) {
          const float *from = transformed + place * input_stride + row;
          const float *by = transformed_gradient + place * output_stride + column;
          float *to = products + (place * input_count + row) * outputs + column;
          if (outputs - column >= WIDTH) {
            add_products<INPUT_GROUP, COLUMNS>(from, input_count, by, outputs, end - begin, to);
          } else {
            add_products<INPUT_GROUP, 16 / LANES>(from, input_count, by, outputs, end - begin, to);
          }
        }
      }
    }
  }
}

void pack_weights(
  const float *weights, const WeightStrides &strides, int64_t inputs, int64_t outputs, bool transposed,
  float *packed) {
  // Of the packed weights: rows are what the product sums over, columns what it gives.
  const int64_t row_count = transposed ? outputs : inputs, column_count = transposed ? inputs : outputs;
  const int64_t row_step = transposed ? strides.output : strides.input;
  const int64_t column_step = transposed ? strides.input : strides.output;
  for (int64_t start = 0; start < column_count; start += LANES) {
    const int64_t group = start / WIDTH * WIDTH;
    const int64_t columns = column_count - group < WIDTH ? column_count - group : WIDTH;
    for (int64_t row = 0; row < row_count; ++row) {
      const float *kernels = weights + row * row_step + start * column_step;
      float *to = packed + group * row_count + row * columns + start - group;
      Vector g[9], lines[18], u[6];
      for (int index = 0; index < 9; ++index) {
        const int turned = transposed ? 8 - index : index;
        const float *from = kernels + turned / 3 * strides.row + turned % 3 * strides.column;
        float gathered[LANES];
        for (int lane = 0; lane < LANES; ++lane) gathered[lane] = from[lane * column_step];
        g[index] = load(gathered);
      }
      for (int column = 0; column < 3; ++column) weight_line(g[column], g[3 + column], g[6 + column], lines + column, 3);
      for (int line = 0; line < 6; ++line) {
        weight_line(lines[3 * line], lines[3 * line + 1], lines[3 * line + 2], u, 1);
        for (int column = 0; column < 6; ++column)
          store(to + (line * 6 + column) * row_count * column_count, u[column]);
      }
    }
  }
}

void unpack_weight_gradient(
  const float *products, int64_t outputs, int64_t first_input, int64_t input_count, const WeightStrides &strides,
  float *gradient) {
  for (int64_t output = 0; output < outputs; output += LANES) {
    for (int64_t input = 0; input < input_count; ++input) {
      const float *from = products + input * outputs + output;
      Vector u[36], lines[18], g[3];
      for (int place = 0; place < PLACES; ++place) u[place] = load(from + place * input_count * outputs);
      for (int column = 0; column < 6; ++column) weight_gradient_line(u + column, 6, lines + column, 6);
      float *kernels = gradient + output * strides.output + (first_input + input) * strides.input;
      for (int row = 0; row < 3; ++row) {
        weight_gradient_line(lines + 6 * row, 1, g, 1);
        for (int column = 0; column < 3; ++column)
          for (int lane = 0; lane < LANES; ++lane)
            kernels[lane * strides.output + row * strides.row + column * strides.column] = g[column][lane];
      }
    }
  }
}
