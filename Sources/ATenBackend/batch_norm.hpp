// Batch norm with ReLU by this project's kernels, for the layer itself and for convolutions that take it along.
#pragma once

#include <ATen/core/Tensor.h>

#include "../CTorch/include/ctorch.h"
#include "kernels/kernels.hpp"

namespace ct {

/// A layer of batch norm.
struct BatchNorm {
  at::Tensor weight, bias, running_mean, running_variance;
  bool training;
  double momentum, epsilon;

  explicit BatchNorm(const ct_batch_norm_layer &layer);
};

/// The statistics of each channel, [4][channels]: mean, scale, offset, 1 / deviation.
struct Statistics {
  at::Tensor values;

  float *row(int64_t index) const { return values.data_ptr<float>() + index * values.size(1); }
  kernels::Normalization normalization() const { return {row(0), row(1), row(2)}; }
};

struct BatchNormGradients {
  at::Tensor input, weight, bias;
};

/// Whether the kernels do it, with derivatives where they are wanted.
bool kernels_normalize(const at::Tensor &input, const BatchNorm &norm);

/// Of a dense channels-last [N,C,H,W]: in training the batch's own, towards which the running ones move; otherwise the
/// running ones.
Statistics statistics_of(const kernels::Kernels &kernels, const at::Tensor &input, const BatchNorm &norm);

/// From the gradient of max(0, batch norm), whose statistics were the batch's own.
BatchNormGradients gradients_of(
  const kernels::Kernels &kernels, const at::Tensor &input, const at::Tensor &gradient, const Statistics &statistics);

/// max(0, batch norm of input).
at::Tensor batch_norm_relu(const at::Tensor &input, const BatchNorm &norm);

template <typename T>
const T *elements(const at::Tensor &tensor) {
  return static_cast<const T *>(tensor.const_data_ptr());
}

/// Calls `body` with the kernels for the tensor's kind of element.
template <typename Body>
auto of_element(const kernels::Kernels &kernels, const at::Tensor &tensor, const Body &body) {
  return tensor.scalar_type() == at::kFloat ? body(kernels.float32) : body(kernels.bfloat);
}

}  // namespace ct
