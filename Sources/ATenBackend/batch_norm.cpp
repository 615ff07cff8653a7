#include "batch_norm.hpp"

#include <ATen/TensorOperators.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>
#include <cmath>

#include "guard.hpp"
#include "parallel.hpp"

namespace {

using ct::BatchNorm;
using ct::BatchNormGradients;
using ct::elements;
using ct::Statistics;
using ct::kernels::ElementKernels;
using ct::kernels::Kernels;

/// Rows that one thread takes at a time. Fixed, so that the sums do not depend on the number of threads.
constexpr int64_t ROWS = 2048;

/// The rows and channels of a dense channels-last tensor [N,C,H,W].
struct Extent {
  int64_t rows, channels;

  explicit Extent(const at::Tensor &tensor)
      : rows(tensor.size(0) * tensor.size(2) * tensor.size(3)), channels(tensor.size(1)) {}
};

/// Adds what `sums(first_row, rows, into)` gives for every piece of the rows, [2][channels], in their order.
template <typename Sums>
at::Tensor sum_over_rows(const Extent &extent, const Sums &sums) {
  const int64_t pieces = (extent.rows + ROWS - 1) / ROWS;
  const auto parts = at::empty({pieces, 2 * extent.channels}, at::kDouble);
  ct::parallel_for(pieces, 1, [&](int64_t first, int64_t last) {
    for (int64_t piece = first; piece < last; ++piece) {
      const int64_t row = piece * ROWS;
      sums(row, std::min(ROWS, extent.rows - row), parts.data_ptr<double>() + piece * 2 * extent.channels);
    }
  });
  return parts.sum(0);
}

/// Calls `body(first_row, rows)` for all rows, shared among threads.
template <typename Body>
void for_rows(const Extent &extent, const Body &body) {
  ct::parallel_for(extent.rows, ROWS, [&](int64_t first, int64_t last) { body(first, last - first); });
}

template <typename T>
at::Tensor normalized_and_rectified(const ElementKernels<T> &kernels, const at::Tensor &input, const Statistics &statistics) {
  const Extent extent(input);
  auto output = at::empty_like(input);
  auto *to = static_cast<T *>(output.data_ptr());
  for_rows(extent, [&](int64_t row, int64_t rows) {
    const int64_t place = row * extent.channels;
    kernels.normalize_and_rectify(
      elements<T>(input) + place, rows, extent.channels, statistics.normalization(), to + place);
  });
  return output;
}

/// The batch's own statistics; the running ones move towards them.
template <typename T>
Statistics batch_statistics(const ElementKernels<T> &kernels, const at::Tensor &input, const BatchNorm &norm) {
  const Extent extent(input);
  Statistics statistics{at::empty({4, extent.channels}, at::kFloat)};
  // Sums about a value of the channel itself keep their digits, however far from 0 the channel lies.
  statistics.values[0].copy_(input.permute({0, 2, 3, 1}).reshape({extent.rows, extent.channels})[0]);
  const auto sums = sum_over_rows(extent, [&](int64_t row, int64_t rows, double *into) {
    kernels.moments(elements<T>(input) + row * extent.channels, rows, extent.channels, statistics.row(0), into);
  });
  const auto *sum = sums.template data_ptr<double>(), *squares = sum + extent.channels;
  const auto *weights = norm.weight.data_ptr<float>(), *biases = norm.bias.data_ptr<float>();
  auto *means = norm.running_mean.data_ptr<float>(), *variances = norm.running_variance.data_ptr<float>();
  const double count = static_cast<double>(extent.rows);
  for (int64_t channel = 0; channel < extent.channels; ++channel) {
    const double shift = sum[channel] / count;
    const double mean = statistics.row(0)[channel] + shift;
    const double spread = squares[channel] / count - shift * shift;
    const double variance = spread < 0 ? 0 : spread;
    const double inverse = 1 / std::sqrt(variance + norm.epsilon);
    const double scale = weights[channel] * inverse;
    statistics.row(0)[channel] = static_cast<float>(mean);
    statistics.row(1)[channel] = static_cast<float>(scale);
    statistics.row(2)[channel] = static_cast<float>(biases[channel] - mean * scale);
    statistics.row(3)[channel] = static_cast<float>(inverse);
    const double unbiased = count > 1 ? variance * count / (count - 1) : variance;
    means[channel] = static_cast<float>(means[channel] + norm.momentum * (mean - means[channel]));
    variances[channel] = static_cast<float>(variances[channel] + norm.momentum * (unbiased - variances[channel]));
  }
  return statistics;
}

/// The running statistics, as a network in use normalises.
Statistics running_statistics(const BatchNorm &norm) {
  const auto mean = norm.running_mean.to(at::kDouble);
  const auto inverse = (norm.running_variance.to(at::kDouble) + norm.epsilon).rsqrt();
  const auto scale = norm.weight.to(at::kDouble) * inverse;
  const auto offset = norm.bias.to(at::kDouble) - mean * scale;
  return {at::stack({mean, scale, offset, inverse}).to(at::kFloat)};
}

template <typename T>
BatchNormGradients gradients_by(
  const ElementKernels<T> &kernels, const at::Tensor &input, const at::Tensor &gradient, const Statistics &statistics) {
  const Extent extent(input);
  const auto normalization = statistics.normalization();
  const auto sums = sum_over_rows(extent, [&](int64_t row, int64_t rows, double *into) {
    const int64_t place = row * extent.channels;
    kernels.gradient_moments(
      elements<T>(input) + place, elements<T>(gradient) + place, rows, extent.channels, normalization, into);
  });
  BatchNormGradients result{
    at::empty_like(input), at::empty({extent.channels}, at::kFloat), at::empty({extent.channels}, at::kFloat)};
  const auto means = at::empty({2, extent.channels}, at::kFloat);
  auto *offset_gradient = means.data_ptr<float>(), *slope = offset_gradient + extent.channels;
  const auto *sum = sums.template data_ptr<double>(), *weighted = sum + extent.channels;
  const double count = static_cast<double>(extent.rows);
  for (int64_t channel = 0; channel < extent.channels; ++channel) {
    const double inverse = statistics.row(3)[channel];
    result.bias.data_ptr<float>()[channel] = static_cast<float>(sum[channel]);
    result.weight.data_ptr<float>()[channel] = static_cast<float>(weighted[channel] * inverse);
    offset_gradient[channel] = static_cast<float>(sum[channel] / count);
    slope[channel] = static_cast<float>(weighted[channel] * inverse * inverse / count);
  }
  auto *to = static_cast<T *>(result.input.data_ptr());
  for_rows(extent, [&](int64_t row, int64_t rows) {
    const int64_t place = row * extent.channels;
    kernels.input_gradient(
      elements<T>(input) + place, elements<T>(gradient) + place, rows, extent.channels, normalization, offset_gradient,
      slope, to + place);
  });
  return result;
}

/// Batch norm, then ReLU. Keeps the input and no mask: it follows from the input.
struct NormalizedRelu : torch::autograd::Function<NormalizedRelu> {
  /// `weight` and `bias` are the layer's, named here so that autograd sees them.
  static at::Tensor forward(
    torch::autograd::AutogradContext *context, const at::Tensor &input, const at::Tensor &weight,
    const at::Tensor &bias, const BatchNorm *norm) {
    const Kernels *kernels = ct::kernels::chosen();
    const auto dense = input.contiguous(at::MemoryFormat::ChannelsLast);
    const auto statistics = ct::statistics_of(*kernels, dense, *norm);
    context->save_for_backward({dense, statistics.values});
    context->saved_data["kernels"] = kernels->name;
    return ct::of_element(
      *kernels, dense, [&](const auto &of) { return normalized_and_rectified(of, dense, statistics); });
  }

  static torch::autograd::variable_list backward(
    torch::autograd::AutogradContext *context, torch::autograd::variable_list gradients) {
    const auto saved = context->get_saved_variables();
    const auto &kernels = *ct::kernels::named(context->saved_data["kernels"].toStringRef().c_str());
    const auto gradient = gradients[0].to(saved[0].scalar_type()).contiguous(at::MemoryFormat::ChannelsLast);
    const auto result = ct::gradients_of(kernels, saved[0], gradient, Statistics{saved[1]});
    return {result.input, result.weight, result.bias, at::Tensor()};
  }
};

at::Tensor batch_norm(const at::Tensor &input, const BatchNorm &norm) {
  return at::batch_norm(
    input, norm.weight, norm.bias, norm.running_mean, norm.running_variance, norm.training, norm.momentum,
    norm.epsilon, /*cudnn_enabled=*/true);
}

}  // namespace

ct::BatchNorm::BatchNorm(const ct_batch_norm_layer &layer)
    : weight(layer.weight->value), bias(layer.bias->value), running_mean(layer.running_mean->value),
      running_variance(layer.running_variance->value), training(layer.training), momentum(layer.momentum),
      epsilon(layer.epsilon) {}

bool ct::kernels_normalize(const at::Tensor &input, const BatchNorm &norm) {
  if (!kernels::chosen() || !input.device().is_cpu() || input.dim() != 4 || input.numel() == 0) return false;
  if (input.size(1) % 16 != 0) return false;
  // Derivatives by running statistics are libtorch's.
  if (!norm.training && at::GradMode::is_enabled()) return false;
  for (const auto &values : {norm.weight, norm.bias, norm.running_mean, norm.running_variance}) {
    if (!values.device().is_cpu() || values.scalar_type() != at::kFloat) return false;
    if (!values.is_contiguous() || values.numel() != input.size(1)) return false;
  }
  return input.scalar_type() == at::kFloat || input.scalar_type() == at::kBFloat16;
}

Statistics ct::statistics_of(const Kernels &kernels, const at::Tensor &input, const BatchNorm &norm) {
  if (!norm.training) return running_statistics(norm);
  return of_element(kernels, input, [&](const auto &of) { return batch_statistics(of, input, norm); });
}

BatchNormGradients ct::gradients_of(
  const Kernels &kernels, const at::Tensor &input, const at::Tensor &gradient, const Statistics &statistics) {
  return of_element(kernels, input, [&](const auto &of) { return gradients_by(of, input, gradient, statistics); });
}

at::Tensor ct::batch_norm_relu(const at::Tensor &input, const BatchNorm &norm) {
  if (kernels_normalize(input, norm)) return NormalizedRelu::apply(input, norm.weight, norm.bias, &norm);
  // Batch norm's backward pass does not read its output, so ReLU may take its memory.
  return batch_norm(input, norm).relu_();
}

ct_tensor *ct_batch_norm(const ct_tensor *input, const ct_batch_norm_layer *layer) {
  return ct::tensor([&] { return batch_norm(input->value, BatchNorm(*layer)); });
}

ct_tensor *ct_batch_norm_relu(const ct_tensor *input, const ct_batch_norm_layer *layer) {
  return ct::tensor([&] { return ct::batch_norm_relu(input->value, BatchNorm(*layer)); });
}
