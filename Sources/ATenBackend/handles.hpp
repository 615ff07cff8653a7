// What stands behind the handles of the C interface, and torch's words for its values.
#pragma once

// Not ATen/ATen.h, which takes most of a compilation to read: a file names the operations that it calls.
#include <ATen/core/Generator.h>
#include <ATen/core/Tensor.h>

#include "../CTorch/include/ctorch.h"
#include "errors.hpp"

struct ct_tensor {
  at::Tensor value;
};

struct ct_generator {
  at::Generator value;
};

namespace ct {

/// Runs `body`, which gives an `at::Tensor`, and hands it out as a new handle.
template <typename Body>
ct_tensor *tensor(Body &&body) noexcept {
  return guarded<ct_tensor *>(nullptr, [&] { return new ct_tensor{body()}; });
}

inline at::Device device(ct_device device) {
  return device.index < 0 ? at::Device(at::kCPU) : at::Device(at::kCUDA, static_cast<c10::DeviceIndex>(device.index));
}

inline at::ScalarType scalar_type(ct_dtype dtype) { return static_cast<at::ScalarType>(dtype); }

inline at::TensorOptions options(ct_dtype dtype, ct_device where) {
  return at::TensorOptions().dtype(scalar_type(dtype)).device(device(where));
}

static_assert(static_cast<int>(at::ScalarType::Byte) == CT_UINT8);
static_assert(static_cast<int>(at::ScalarType::Long) == CT_INT64);
static_assert(static_cast<int>(at::ScalarType::Float) == CT_FLOAT32);
static_assert(static_cast<int>(at::ScalarType::Double) == CT_FLOAT64);
static_assert(static_cast<int>(at::ScalarType::Bool) == CT_BOOL);
static_assert(static_cast<int>(at::ScalarType::BFloat16) == CT_BFLOAT16);

}  // namespace ct
