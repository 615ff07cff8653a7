#include <ATen/autocast_mode.h>
#include <torch/csrc/autograd/custom_function.h>

#include "batch_norm.hpp"
#include "guard.hpp"
#include "parallel.hpp"
#include "scratch.hpp"

namespace {

using ct::elements;
using ct::Statistics;
using ct::kernels::ElementKernels;
using ct::kernels::Images;
using ct::kernels::Input;
using ct::kernels::Kernels;
using ct::kernels::Normalization;
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

/// [N,C,H,W] to the convolution with the weights, or with `transposed` to its derivative by the input. Before it the
/// input is rectified, where there is a normalization; after it the base is added, where there is one.
template <typename T>
at::Tensor convolved(
  const Kernels &kernels, const ElementKernels<T> &of, const at::Tensor &input,
  const Normalization *rectified_by, const at::Tensor &weight, bool transposed, const at::Tensor &base) {
  const int64_t inputs = weight.size(transposed ? 0 : 1), outputs = weight.size(transposed ? 1 : 0);
  const Images images{input.size(0), input.size(2), input.size(3)};
  auto output = at::empty(
    {images.count, outputs, images.height, images.width}, input.options(), at::MemoryFormat::ChannelsLast);
  const auto packed = at::empty({PLACES * weight.size(0) * weight.size(1)}, weight.options());
  kernels.pack_weights(
    weight.data_ptr<float>(), strides_of(weight), weight.size(1), weight.size(0), transposed,
    packed.data_ptr<float>());
  const Input<T> from{elements<T>(input), rectified_by};
  const T *added = base.defined() ? elements<T>(base) : nullptr;
  auto *to = static_cast<T *>(output.data_ptr());
  const auto *weights = packed.data_ptr<float>();
  ct::parallel_for(
    images.tiles(), ct::kernels::tiles_at_once(inputs, outputs), [&](int64_t first, int64_t last) {
      of.convolve(
        images, inputs, outputs, from, weights, added, to, first, last,
        ct::scratch(ct::kernels::convolution_scratch(inputs, outputs)));
    });
  return output;
}

template <typename T>
at::Tensor weight_gradient(
  const Kernels &kernels, const ElementKernels<T> &of, const at::Tensor &input,
  const Normalization *rectified_by, const at::Tensor &gradient, const at::Tensor &weight) {
  const int64_t inputs = weight.size(1), outputs = weight.size(0);
  const Images images{input.size(0), input.size(2), input.size(3)};
  auto result = at::empty_like(weight);
  const auto strides = strides_of(result);
  const auto sums = at::zeros({PLACES * inputs * outputs}, weight.options());
  const Input<T> from{elements<T>(input), rectified_by};
  const T *by = elements<T>(gradient);
  // Threads share the input channels: each sum is made by one of them, in the same order however many there are.
  ct::parallel_for(inputs / 16, 1, [&](int64_t first, int64_t last) {
    const int64_t first_input = first * 16, count = (last - first) * 16;
    auto *products = sums.data_ptr<float>() + PLACES * first_input * outputs;
    of.add_weight_gradient(
      images, inputs, outputs, from, by, first_input, count, products,
      ct::scratch(ct::kernels::convolution_scratch(inputs, outputs)));
    kernels.unpack_weight_gradient(products, outputs, first_input, count, strides, result.data_ptr<float>());
  });
  return result;
}

/// 3×3 convolution, stride 1, one ring of zeros, by this project's kernels, of the input or of its batch norm and ReLU.
/// What is rectified is never written to memory, nor in the backward pass.
struct Convolution3x3 : torch::autograd::Function<Convolution3x3> {
  using Optional = std::optional<at::Tensor>;

  /// `norm` may be null. `norm_weight` and `norm_bias` are the layer's, named here so that autograd sees them.
  static at::Tensor forward(
    torch::autograd::AutogradContext *context, const at::Tensor &input, const at::Tensor &weight,
    const Optional &base, const Optional &norm_weight, const Optional &norm_bias, const ct::BatchNorm *norm) {
    const Kernels *kernels = ct::kernels::chosen();
    const auto dense = input.contiguous(at::MemoryFormat::ChannelsLast);
    const auto added = base ? base->contiguous(at::MemoryFormat::ChannelsLast) : at::Tensor();
    const auto statistics = norm ? ct::statistics_of(*kernels, dense, *norm) : Statistics{};
    context->save_for_backward({dense, weight, statistics.values});
    context->saved_data["kernels"] = kernels->name;
    context->saved_data["has_base"] = base.has_value();
    const auto normalization = norm ? statistics.normalization() : Normalization{};
    return ct::of_element(*kernels, dense, [&](const auto &of) {
      return convolved(*kernels, of, dense, norm ? &normalization : nullptr, weight, false, added);
    });
  }

  static torch::autograd::variable_list backward(
    torch::autograd::AutogradContext *context, torch::autograd::variable_list gradients) {
    const auto saved = context->get_saved_variables();
    const auto &input = saved[0], &weight = saved[1];
    const Statistics statistics{saved[2]};
    const bool rectifies = statistics.values.defined();
    const auto normalization = rectifies ? statistics.normalization() : Normalization{};
    const auto &kernels = *ct::kernels::named(context->saved_data["kernels"].toStringRef().c_str());
    const auto gradient = gradients[0].to(input.scalar_type()).contiguous(at::MemoryFormat::ChannelsLast);
    at::Tensor by_weight;
    ct::BatchNormGradients by;
    ct::of_element(kernels, input, [&](const auto &of) {
      if (rectifies || context->needs_input_grad(0))
        by.input = convolved(kernels, of, gradient, nullptr, weight, true, {});
      if (context->needs_input_grad(1))
        by_weight = weight_gradient(kernels, of, input, rectifies ? &normalization : nullptr, gradient, weight);
    });
    if (rectifies) by = ct::gradients_of(kernels, input, by.input, statistics);
    const auto by_base = context->saved_data["has_base"].toBool() ? gradients[0] : at::Tensor();
    return {by.input, by_weight, by_base, by.weight, by.bias, at::Tensor()};
  }
};

/// What torch's autocast would compute this convolution of a CPU tensor in.
at::ScalarType computed_type(const at::Tensor &input) {
  return at::autocast::is_autocast_enabled(at::kCPU) ? at::autocast::get_autocast_dtype(at::kCPU)
                                                     : input.scalar_type();
}

/// Whether this project's kernels do it, and faster than libtorch's.
bool kernels_convolve(const at::Tensor &input, const at::Tensor &weight, int64_t stride, int64_t padding) {
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

/// Whether the sum of a convolution's output and the base can be made along with the convolution.
bool fits(const at::Tensor &base, const at::Tensor &input, const at::Tensor &weight) {
  return base.device().is_cpu() && base.scalar_type() == computed_type(input) && base.dim() == 4 &&
         base.size(0) == input.size(0) && base.size(1) == weight.size(0) && base.size(2) == input.size(2) &&
         base.size(3) == input.size(3);
}

/// Every `stride`-th row and column, from the first, in memory of its own.
struct EveryPixel : torch::autograd::Function<EveryPixel> {
  static at::Tensor forward(
    torch::autograd::AutogradContext *context, const at::Tensor &input, int64_t stride) {
    context->saved_data["shape"] = input.sizes();
    context->saved_data["stride"] = stride;
    return of(input, stride).clone(input.suggest_memory_format());
  }

  static torch::autograd::variable_list backward(
    torch::autograd::AutogradContext *context, torch::autograd::variable_list gradients) {
    const auto &gradient = gradients[0];
    const auto by_input = at::empty(
      context->saved_data["shape"].toIntVector(), gradient.options(), gradient.suggest_memory_format());
    by_input.zero_();
    of(by_input, context->saved_data["stride"].toInt()).copy_(gradient);
    return {by_input, at::Tensor()};
  }

 private:
  static at::Tensor of(const at::Tensor &images, int64_t stride) {
    return images.slice(2, 0, std::nullopt, stride).slice(3, 0, std::nullopt, stride);
  }
};

/// libtorch's convolution.
///
/// On the processor it never gets a kernel of 1×1 with a stride: oneDNN's gradient by such weights writes outside its
/// memory where there are fewer input channels than a vector has places (oneDNN's issue 6035). The pixels that the stride
/// leaves, with no stride, have the same sums.
at::Tensor library_convolution(
  const at::Tensor &input, const at::Tensor &weight, int64_t stride, int64_t padding) {
  const bool takes_pixels = stride > 1 && input.device().is_cpu() && input.dim() == 4 && weight.dim() == 4 &&
                            weight.size(2) == 1 && weight.size(3) == 1;
  if (!takes_pixels) return at::conv2d(input, weight, {}, stride, padding);
  const auto padded = padding == 0 ? input : at::constant_pad_nd(input, {padding, padding, padding, padding});
  return at::conv2d(EveryPixel::apply(padded, stride), weight);
}

/// The convolution of the input, or of what the layer makes of it where there is one, plus the base where there is one.
at::Tensor convolution(
  const at::Tensor &input, const ct::BatchNorm *norm, const at::Tensor &weight, const at::Tensor &base, int64_t stride,
  int64_t padding) {
  const bool taken = kernels_convolve(input, weight, stride, padding);
  const auto type = computed_type(input);
  if (norm && !(taken && type == input.scalar_type() && ct::kernels_normalize(input, *norm)))
    return convolution(ct::batch_norm_relu(input, *norm), nullptr, weight, base, stride, padding);
  const bool takes_base = taken && base.defined() && fits(base, input, weight);
  std::optional<at::Tensor> added, norm_weight, norm_bias;
  if (takes_base) added = base;
  if (norm) norm_weight = norm->weight, norm_bias = norm->bias;
  auto output = taken ? Convolution3x3::apply(input.to(type), weight, added, norm_weight, norm_bias, norm)
                      : library_convolution(input, weight, stride, padding);
  if (base.defined() && !takes_base) {
    TORCH_CHECK(
      base.sizes() == output.sizes(), "a base of shape ", base.sizes(), " cannot be added to ", output.sizes());
    // A convolution's backward pass does not read its output, so the sum may take its memory.
    output.add_(base);
  }
  return counted(output, weight);
}

}  // namespace

uint64_t ct_multiply_adds(void) { return multiply_adds; }

ct_tensor *ct_conv2d(
  const ct_tensor *input, const ct_batch_norm_layer *rectified_by, const ct_tensor *weight, const ct_tensor *base,
  int64_t stride, int64_t padding) {
  return ct::tensor([&] {
    const auto norm = rectified_by ? std::optional(ct::BatchNorm(*rectified_by)) : std::nullopt;
    return convolution(
      input->value, norm ? &*norm : nullptr, weight->value, base ? base->value : at::Tensor(), stride, padding);
  });
}

ct_tensor *ct_linear(const ct_tensor *input, const ct_tensor *weight, const ct_tensor *bias) {
  return ct::tensor(
    [&] { return counted(at::linear(input->value, weight->value, bias->value), weight->value); });
}
