// The inner loops that are this project's own, as a table of functions for each instruction set.
//
// They know nothing of libtorch: memory in, memory out. Images are dense and channels-last, channels a multiple of 16.
// Every sum is made for each channel by itself and in an order that depends on the shapes alone, so all instruction sets
// and all numbers of threads give the same bits.
#pragma once

#include <stddef.h>
#include <stdint.h>

namespace ct::kernels {

/// The upper half of a float: what torch calls bfloat16.
struct bfloat16 {
  uint16_t bits;
};

/// The images of one convolution with 3×3 weights, stride 1 and one ring of zeros around them.
struct Images {
  int64_t count, height, width;

  /// The 4×4 tiles of one image's output; those at the lower and right edges may be cut.
  int64_t tile_rows() const { return (height + 3) / 4; }
  int64_t tile_columns() const { return (width + 3) / 4; }
  int64_t tiles() const { return count * tile_rows() * tile_columns(); }
};

/// Numbers that Winograd's transformation makes of a tile, or of a 3×3 kernel.
constexpr int64_t PLACES = 36;

/// Where an element of [outputs, inputs, 3, 3] weights lies: the distances between neighbours of each dimension.
struct WeightStrides {
  int64_t output, input, row, column;
};

/// What batch norm does to each channel: (x - mean) / deviation * weight + bias = x * scale + offset.
struct Normalization {
  const float *mean, *scale, *offset;
};

/// The input of a convolution: the values, or, with a normalization, max(0, x * scale + offset) of them.
template <typename T>
struct Input {
  const T *values;
  const Normalization *rectified_by;
};

/// The functions for one kind of element, `T` = float or bfloat16; all arithmetic is in float.
template <typename T>
struct ElementKernels {
  /// Convolves the tiles `first` up to `last`, and adds `base`, which is as large as the output, or null. `packed`: of
  /// `pack_weights`; `scratch`: `convolution_scratch` floats.
  void (*convolve)(
    const Images &images, int64_t inputs, int64_t outputs, const Input<T> &input, const float *packed, const T *base,
    T *output, int64_t first, int64_t last, float *scratch);
  /// Adds to `products`, [PLACES][input_count][outputs], the transformed weights' gradient of all tiles, for the input
  /// channels from `first_input` on. `scratch`: `convolution_scratch` floats.
  void (*add_weight_gradient)(
    const Images &images, int64_t inputs, int64_t outputs, const Input<T> &input, const T *gradient, int64_t first_input,
    int64_t input_count, float *products, float *scratch);
  /// Σ(x - origin) and Σ(x - origin)² of each channel over the rows, as [2][channels].
  void (*moments)(const T *values, int64_t rows, int64_t channels, const float *origin, double *sums);
  /// max(0, x * scale + offset).
  void (*normalize_and_rectify)(
    const T *values, int64_t rows, int64_t channels, const Normalization &normalization, T *result);
  /// Σg and Σg(x - mean) of each channel over the rows, as [2][channels], where g is the gradient of what ReLU let pass.
  void (*gradient_moments)(
    const T *values, const T *gradient, int64_t rows, int64_t channels, const Normalization &normalization,
    double *sums);
  /// scale * (g - offset_gradient - (x - mean) * slope), with one `offset_gradient` and `slope` for each channel.
  void (*input_gradient)(
    const T *values, const T *gradient, int64_t rows, int64_t channels, const Normalization &normalization,
    const float *offset_gradient, const float *slope, T *result);
};

/// Everything for one instruction set.
struct Kernels {
  const char *name;
  ElementKernels<float> float32;
  ElementKernels<bfloat16> bfloat;
  /// The weights as `convolve` wants them, PLACES * inputs * outputs floats. `transposed` is for the backward pass: inputs and
  /// outputs change places and each kernel is turned by half a circle.
  void (*pack_weights)(
    const float *weights, const WeightStrides &strides, int64_t inputs, int64_t outputs, bool transposed,
    float *packed);
  /// The gradient of the weights from `products`, for the input channels from `first_input` on.
  void (*unpack_weight_gradient)(
    const float *products, int64_t outputs, int64_t first_input, int64_t input_count, const WeightStrides &strides,
    float *gradient);
  /// g += decay * v; gives Σg².
  double (*decay_gradient)(float *gradient, const float *values, int64_t count, float decay);
  /// a = momentum * a + factor * g; v -= rate * (factor * g + momentum * a).
  void (*nesterov)(
    float *values, const float *gradient, float *accumulated, int64_t count, float factor, float momentum,
    float rate);
};

/// Tiles that are transformed, multiplied and transformed back together.
int64_t tiles_at_once(int64_t inputs, int64_t outputs);
/// Floats of working memory that `convolve` and `add_weight_gradient` need.
int64_t convolution_scratch(int64_t inputs, int64_t outputs);

/// The kernels that this thread uses, or none where libtorch's own do the work: what it chose, otherwise what the
/// variable PBA_KERNELS names, otherwise the best of this processor.
const Kernels *chosen();
/// The kernels of that name; null if this processor has not got them.
const Kernels *named(const char *name);
/// For this thread: the kernels of that name, "plain" for libtorch's own, "best" for the processor's best. Gives false
/// and changes nothing if this processor has not got them.
bool choose(const char *name);
/// Whether the processor multiplies whole tiles of bfloat16 at once, so that libtorch's plain convolutions are faster.
bool has_matrix_unit();

}  // namespace ct::kernels
