#include "derivatives.hpp"

#include <ATen/autocast_mode.h>
#include <ATen/ops/addcmul.h>
#include <ATen/ops/empty.h>
#include <torch/csrc/autograd/custom_function.h>

#include <optional>
#include <vector>

#include "convolution.hpp"
#include "handles.hpp"

namespace {

using ct::BatchNorm;
using ct::Statistics;
using ct::kernels::Kernels;
using ct::kernels::Normalization;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

/// The backward pass may run on a thread that chose no kernels, so it looks up those of the forward pass.
void keep(AutogradContext *context, const Kernels *kernels) { context->saved_data["kernels"] = kernels->name; }

const Kernels &kept_kernels(AutogradContext *context) {
  return *ct::kernels::named(context->saved_data["kernels"].toStringRef().c_str());
}

/// forward * branch + base, whose derivative by the branch is said to be `backward`.
struct ScaleAndAdd : torch::autograd::Function<ScaleAndAdd> {
  static at::Tensor forward(
    AutogradContext *context, at::Tensor branch, const at::Tensor &base, const at::Tensor &forward,
    const at::Tensor &backward) {
    TORCH_CHECK(
      branch.sizes() == base.sizes(), "a branch of shape ", branch.sizes(), " cannot be added to ", base.sizes());
    std::vector<int64_t> shape(branch.dim(), 1);
    shape[0] = branch.size(0);
    // One type for all operands: torch would copy whole activations to compute with mixed ones.
    const auto factors = [&](const at::Tensor &values) { return values.to(branch.scalar_type()).reshape(shape); };
    context->mark_dirty({branch});
    context->save_for_backward({factors(backward)});
    at::addcmul_out(branch, base.to(branch.scalar_type()), branch, factors(forward));
    return branch;
  }

  static variable_list backward(AutogradContext *context, variable_list gradients) {
    const auto factors = context->get_saved_variables().front();
    return {gradients[0].mul(factors), gradients[0], at::Tensor(), at::Tensor()};
  }
};

/// Batch norm, then ReLU. Keeps the input and no mask: it follows from the input.
struct NormalizedRelu : torch::autograd::Function<NormalizedRelu> {
  /// `weight` and `bias` are the layer's, named here so that autograd sees them.
  static at::Tensor forward(
    AutogradContext *context, const at::Tensor &input, const at::Tensor &weight, const at::Tensor &bias,
    const BatchNorm *norm) {
    const Kernels *kernels = ct::kernels::chosen();
    const auto dense = input.contiguous(at::MemoryFormat::ChannelsLast);
    const auto statistics = ct::statistics_of(*kernels, dense, *norm);
    context->save_for_backward({dense, statistics.values});
    keep(context, kernels);
    return ct::rectified(*kernels, dense, statistics);
  }

  static variable_list backward(AutogradContext *context, variable_list gradients) {
    const auto saved = context->get_saved_variables();
    const auto gradient = gradients[0].to(saved[0].scalar_type()).contiguous(at::MemoryFormat::ChannelsLast);
    const auto result = ct::gradients_of(kept_kernels(context), saved[0], gradient, Statistics{saved[1]});
    return {result.input, result.weight, result.bias, at::Tensor()};
  }
};

/// 3×3 convolution, stride 1, one ring of zeros, of the input or of its batch norm and ReLU. What is rectified is never
/// written to memory, nor in the backward pass.
struct Convolution3x3 : torch::autograd::Function<Convolution3x3> {
  using Optional = std::optional<at::Tensor>;

  /// `norm` may be null. `norm_weight` and `norm_bias` are the layer's, named here so that autograd sees them.
  static at::Tensor forward(
    AutogradContext *context, const at::Tensor &input, const at::Tensor &weight, const Optional &base,
    const Optional &norm_weight, const Optional &norm_bias, const BatchNorm *norm) {
    const Kernels *kernels = ct::kernels::chosen();
    const auto dense = input.contiguous(at::MemoryFormat::ChannelsLast);
    const auto added = base ? base->contiguous(at::MemoryFormat::ChannelsLast) : at::Tensor();
    const auto statistics = norm ? ct::statistics_of(*kernels, dense, *norm) : Statistics{};
    context->save_for_backward({dense, weight, statistics.values});
    keep(context, kernels);
    context->saved_data["has_base"] = base.has_value();
    const auto normalization = norm ? statistics.normalization() : Normalization{};
    return ct::convolved(*kernels, dense, norm ? &normalization : nullptr, weight, false, added);
  }

  static variable_list backward(AutogradContext *context, variable_list gradients) {
    const auto saved = context->get_saved_variables();
    const auto &input = saved[0], &weight = saved[1];
    const Statistics statistics{saved[2]};
    const bool rectifies = statistics.values.defined();
    const auto normalization = rectifies ? statistics.normalization() : Normalization{};
    const auto &kernels = kept_kernels(context);
    const auto gradient = gradients[0].to(input.scalar_type()).contiguous(at::MemoryFormat::ChannelsLast);
    at::Tensor by_weight;
    ct::BatchNormGradients by;
    if (rectifies || context->needs_input_grad(0))
      by.input = ct::convolved(kernels, gradient, nullptr, weight, true, {});
    if (context->needs_input_grad(1))
      by_weight = ct::weight_gradient(kernels, input, rectifies ? &normalization : nullptr, gradient, weight);
    if (rectifies) by = ct::gradients_of(kernels, input, by.input, statistics);
    const auto by_base = context->saved_data["has_base"].toBool() ? gradients[0] : at::Tensor();
    return {by.input, by_weight, by_base, by.weight, by.bias, at::Tensor()};
  }
};

/// Every `stride`-th row and column, from the first, in memory of its own.
struct EveryPixel : torch::autograd::Function<EveryPixel> {
  static at::Tensor forward(AutogradContext *context, const at::Tensor &input, int64_t stride) {
    context->saved_data["shape"] = input.sizes();
    context->saved_data["stride"] = stride;
    return of(input, stride).clone(input.suggest_memory_format());
  }

  static variable_list backward(AutogradContext *context, variable_list gradients) {
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

}  // namespace

at::Tensor ct::normalized_relu(const at::Tensor &input, const BatchNorm &norm) {
  return NormalizedRelu::apply(input, norm.weight, norm.bias, &norm);
}

at::Tensor ct::convolution_3x3(
  const at::Tensor &input, const BatchNorm *norm, const at::Tensor &weight, const at::Tensor &base) {
  std::optional<at::Tensor> added, norm_weight, norm_bias;
  if (base.defined()) added = base;
  if (norm) norm_weight = norm->weight, norm_bias = norm->bias;
  return Convolution3x3::apply(input, weight, added, norm_weight, norm_bias, norm);
}

at::Tensor ct::every_pixel(const at::Tensor &input, int64_t stride) { return EveryPixel::apply(input, stride); }

at::ScalarType ct::computed_type(const at::Tensor &input) {
  return at::autocast::is_autocast_enabled(at::kCPU) ? at::autocast::get_autocast_dtype(at::kCPU)
                                                     : input.scalar_type();
}

bool ct_scale_and_add(ct_tensor *branch, const ct_tensor *base, const ct_tensor *forward, const ct_tensor *backward) {
  return ct::effect([&] { ScaleAndAdd::apply(branch->value, base->value, forward->value, backward->value); });
}

bool ct_set_autocast(ct_device device, bool enabled, ct_dtype dtype) {
  return ct::effect([&] {
    const auto kind = ct::device(device).type();
    at::autocast::set_autocast_dtype(kind, ct::scalar_type(dtype));
    at::autocast::set_autocast_enabled(kind, enabled);
    // Weights change every step, so a cached low-precision copy must not outlive the scope that made it.
    at::autocast::clear_cache();
  });
}

bool ct_set_requires_grad(ct_tensor *tensor, bool requires_grad) {
  return ct::effect([&] { tensor->value.set_requires_grad(requires_grad); });
}

bool ct_backward(const ct_tensor *loss) {
  return ct::effect([&] { loss->value.backward(); });
}

ct_tensor *ct_gradient(const ct_tensor *tensor) {
  return ct::guarded<ct_tensor *>(nullptr, [&]() -> ct_tensor * {
    const auto &gradient = tensor->value.grad();
    return gradient.defined() ? new ct_tensor{gradient} : nullptr;
  });
}

bool ct_set_gradient(ct_tensor *tensor, const ct_tensor *gradient) {
  return ct::effect([&] { tensor->value.mutable_grad() = gradient->value; });
}

bool ct_set_data(ct_tensor *tensor, const ct_tensor *data) {
  return ct::effect([&] { tensor->value.set_data(data->value); });
}
