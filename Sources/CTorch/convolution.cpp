#include <ATen/autocast_mode.h>
#include <torch/csrc/autograd/custom_function.h>

#include "guard.hpp"
#include "kernels/kernels.hpp"
#include "parallel.hpp"
#include "scratch.hpp"

namespace {

using ct::kernels::Images;
using ct::kernels::Kernels;
using ct::kernels::PLACES;

thread_local uint64_t multiply_adds = 0;

/// Every number of the result is a sum over as many products as one output has weights.
at::Tensor counted(at::Tensor result, const at::Tensor &weight) {
  if (weight.size(0) > 0) multiply_adds += static_cast<uint64_t>(result.numel() * (weight.numel() / weight.size(0)));
  return result;
}

ct::kernels::WeightStrides strides_of(const at::Tensor &weight) {
  return {weight.stride(0), weight.stride(1), weight.stride(2), weight.stride(3)};
}

/// [N,C,H,W] to the convolution with the weights, or with `transposed` to its derivative by the input.
template <typename T>
at::Tensor convolved(
  const Kernels &kernels, const ct::kernels::ElementKernels<T> &of_element, const at::Tensor &input,
  const at::Tensor &weight, bool transposed) {
  const int64_t inputs = weight.size(transposed ? 0 : 1), outputs = weight.size(transposed ? 1 : 0);
  const Images images{input.size(0), input.size(2), input.size(3)};
  auto output = at::empty(
    {images.count, outputs, images.height, images.width}, input.options(), at::MemoryFormat::ChannelsLast);
  const auto packed = at::empty({PLACES * weight.size(0) * weight.size(1)}, weight.options());
  kernels.pack_weights(
    weight.data_ptr<float>(), strides_of(weight), weight.size(1), weight.size(0), transposed,
    packed.data_ptr<float>());
  const auto *from = static_cast<const T *>(input.const_data_ptr());
  auto *to = static_cast<T *>(output.data_ptr());
  const auto *weights = packed.data_ptr<float>();
  ct::parallel_for(
    images.tiles(), ct::kernels::tiles_at_once(inputs, outputs), [&](int64_t first, int64_t last) {
      of_element.convolve(
        images, inputs, outputs, from, weights, to, first, last,
        ct::scratch(ct::kernels::convolution_scratch(inputs, outputs)));
    });
  return output;
}

template <typename T>
at::Tensor weight_gradient(
  const Kernels &kernels, const ct::kernels::ElementKernels<T> &of_element, const at::Tensor &input,
  const at::Tensor &gradient, const at::Tensor &weight) {
  const int64_t inputs = weight.size(1), outputs = weight.size(0);
  const Images images{input.size(0), input.size(2), input.size(3)};
  auto result = at::empty_like(weight);
  const auto strides = strides_of(result);
  const auto sums = at::zeros({PLACES * inputs * outputs}, weight.options());
  const auto *from = static_cast<const T *>(input.const_data_ptr());
  const auto *by = static_cast<const T *>(gradient.const_data_ptr());
  // Threads share the input channels: each sum is made by one of them, in the same order however many there are.
  ct::parallel_for(inputs / 16, 1, [&](int64_t first, int64_t last) {
    const int64_t first_input = first * 16, count = (last - first) * 16;
    auto *products = sums.data_ptr<float>() + PLACES * first_input * outputs;
    of_element.add_weight_gradient(
      images, inputs, outputs, from, by, first_input, count, products,
      ct::scratch(ct::kernels::convolution_scratch(inputs, outputs)));
    kernels.unpack_weight_gradient(products, outputs, first_input, count, strides, result.data_ptr<float>());
  });
  return result;
}

/// 3×3 convolution, stride 1, one ring of zeros, by this project's kernels.
struct Convolution3x3 : torch::autograd::Function<Convolution3x3> {
  static at::Tensor forward(
    torch::autograd::AutogradContext *context, const at::Tensor &input, const at::Tensor &weight) {
    const Kernels *kernels = ct::kernels::chosen();
    const auto dense = input.contiguous(at::MemoryFormat::ChannelsLast);
    context->save_for_backward({dense, weight});
    context->saved_data["kernels"] = reinterpret_cast<int64_t>(kernels);
    return dense.scalar_type() == at::kFloat ? convolved(*kernels, kernels->float32, dense, weight, false)
                                             : convolved(*kernels, kernels->bfloat, dense, weight, false);
  }

  static torch::autograd::variable_list backward(
    torch::autograd::AutogradContext *context, torch::autograd::variable_list gradients) {
    const auto saved = context->get_saved_variables();
    const auto &input = saved[0], &weight = saved[1];
    const auto &kernels = *reinterpret_cast<const Kernels *>(context->saved_data["kernels"].toInt());
    const auto gradient = gradients[0].to(input.scalar_type()).contiguous(at::MemoryFormat::ChannelsLast);
    const auto both = [&](const auto &of_element) -> torch::autograd::variable_list {
      at::Tensor by_input, by_weight;
      if (context->needs_input_grad(0)) by_input = convolved(kernels, of_element, gradient, weight, true);
      if (context->needs_input_grad(1)) by_weight = weight_gradient(kernels, of_element, input, gradient, weight);
      return {by_input, by_weight};
    };
    return input.scalar_type() == at::kFloat ? both(kernels.float32) : both(kernels.bfloat);
  }
};

/// What torch's autocast would compute this convolution of a CPU tensor in.
at::ScalarType computed_type(const at::Tensor &input) {
  return at::autocast::is_autocast_enabled(at::kCPU) ? at::autocast::get_autocast_dtype(at::kCPU)
                                                     : input.scalar_type();
}

/// Whether this project's kernels do it, and faster than libtorch's.
bool takes_kernels(const at::Tensor &input, const at::Tensor &weight, int64_t stride, int64_t padding) {
  if (!ct::kernels::chosen() || !input.device().is_cpu() || !weight.device().is_cpu()) return false;
  if (input.dim() != 4 || weight.dim() != 4 || stride != 1 || padding != 1) return false;
  if (weight.size(2) != 3 || weight.size(3) != 3 || weight.size(1) != input.size(1)) return false;
  if (weight.size(0) == 0 || weight.size(0) % 16 != 0 || weight.size(1) == 0 || weight.size(1) % 16 != 0) return false;
  // Smaller images are mostly edge.
  if (input.size(0) == 0 || input.size(2) < 4 || input.size(3) < 4) return false;
  if (weight.scalar_type() != at::kFloat) return false;
  const auto type = computed_type(input);
  return type == at::kFloat || (type == at::kBFloat16 && !ct::kernels::has_matrix_unit());
}

}  // namespace

uint64_t ct_multiply_adds(void) { return multiply_adds; }

ct_tensor *ct_conv2d(const ct_tensor *input, const ct_tensor *weight, int64_t stride, int64_t padding) {
  return ct::tensor([&] {
    const auto &values = input->value, &kernel = weight->value;
    if (takes_kernels(values, kernel, stride, padding))
      return counted(Convolution3x3::apply(values.to(computed_type(values)), kernel), kernel);
    return counted(at::conv2d(values, kernel, {}, stride, padding), kernel);
  });
}

ct_tensor *ct_linear(const ct_tensor *input, const ct_tensor *weight, const ct_tensor *bias) {
  return ct::tensor(
    [&] { return counted(at::linear(input->value, weight->value, bias->value), weight->value); });
}
