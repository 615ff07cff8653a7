#include "guard.hpp"

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
