// Operations whose derivatives are this project's own, and the type that autocast asks for.
#pragma once

#include <ATen/core/Tensor.h>

#include "batch_norm.hpp"

namespace ct {

/// max(0, batch norm of input) by the kernels, with derivatives.
at::Tensor normalized_relu(const at::Tensor &input, const BatchNorm &norm);

/// 3×3 convolution by the kernels, stride 1, one ring of zeros: of the input, or where `norm` is not null of its batch norm
/// and ReLU; plus `base`, where it is defined. With derivatives by all of them.
at::Tensor convolution_3x3(
  const at::Tensor &input, const BatchNorm *norm, const at::Tensor &weight, const at::Tensor &base);

/// Every `stride`-th row and column of [N,C,H,W], from the first, in memory of its own.
at::Tensor every_pixel(const at::Tensor &input, int64_t stride);

/// What torch's autocast computes an operation on this CPU tensor in: its own type where autocast is off.
at::ScalarType computed_type(const at::Tensor &input);

}  // namespace ct
