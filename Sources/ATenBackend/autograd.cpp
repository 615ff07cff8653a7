#include <ATen/ops/addcmul.h>
#include <torch/csrc/autograd/custom_function.h>

#include <vector>

#include "guard.hpp"

namespace {

/// forward * branch + base, whose derivative by the branch is said to be `backward`.
struct ScaleAndAdd : torch::autograd::Function<ScaleAndAdd> {
  static at::Tensor forward(
    torch::autograd::AutogradContext *context, at::Tensor branch, const at::Tensor &base, const at::Tensor &forward,
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

  static torch::autograd::variable_list backward(
    torch::autograd::AutogradContext *context, torch::autograd::variable_list gradients) {
    const auto factors = context->get_saved_variables().front();
    return {gradients[0].mul(factors), gradients[0], at::Tensor(), at::Tensor()};
  }
};

}  // namespace

bool ct_scale_and_add(ct_tensor *branch, const ct_tensor *base, const ct_tensor *forward, const ct_tensor *backward) {
  return ct::effect([&] { ScaleAndAdd::apply(branch->value, base->value, forward->value, backward->value); });
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
