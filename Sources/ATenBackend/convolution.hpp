// Convolutions with 3×3 weights, stride 1 and one ring of zeros, by this project's kernels, without derivatives.
#pragma once

#include <ATen/core/Tensor.h>

#include "kernels/kernels.hpp"

namespace ct {

/// Dense channels-last [N,C,H,W] to the convolution with the weights, or with `transposed` to its derivative by the input.
/// Before it the input is rectified, where there is a normalization; after it the base is added, where it is defined.
at::Tensor convolved(
  const kernels::Kernels &kernels, const at::Tensor &input, const kernels::Normalization *rectified_by,
  const at::Tensor &weight, bool transposed, const at::Tensor &base);

/// The gradient of the weights from that of the output. What is rectified is not written to memory here either.
at::Tensor weight_gradient(
  const kernels::Kernels &kernels, const at::Tensor &input, const kernels::Normalization *rectified_by,
  const at::Tensor &gradient, const at::Tensor &weight);

}  // namespace ct
