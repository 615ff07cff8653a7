// What every file behind the C interface shares: the handles, and the one place where exceptions become error values.
#pragma once

// Not ATen/ATen.h, which takes most of a compilation to read: a file names the operations that it calls.
#include <ATen/core/Generator.h>
#include <ATen/core/Tensor.h>

#include <oneapi/dnnl/dnnl_common.hpp>

#include <exception>
#include <new>
#include <string>

#include "../CTorch/include/ctorch.h"

struct ct_tensor {
  at::Tensor value;
};

struct ct_generator {
  at::Generator value;
};

namespace ct {

inline std::string &last_error() {
  static thread_local std::string text;
  return text;
}

/// What is said where the system refuses memory.
inline constexpr const char *no_memory =
  "the memory is used up; raise the limit of memory (ulimit -v or -d), or ask for smaller batches, smaller images or fewer trainings "
  "at once";

/// Runs `body`; an exception leaves its text in `last_error` and gives `failed`.
template <typename Result, typename Body>
Result guarded(Result failed, Body &&body) noexcept {
  try {
    last_error().clear();
    return body();
  } catch (const c10::Error &error) {
    last_error() = error.what_without_backtrace();
  } catch (const dnnl::error &error) {
    // Its text is the same whatever the reason.
    last_error() = error.status == dnnl_out_of_memory ? no_memory : error.what();
  } catch (const std::bad_alloc &) {
    last_error() = no_memory;
  } catch (const std::exception &error) {
    last_error() = error.what();
  } catch (...) {
    last_error() = "an exception of an unknown type";
  }
  return failed;
}

/// Runs `body`, which gives an `at::Tensor`, and hands it out as a new handle.
template <typename Body>
ct_tensor *tensor(Body &&body) noexcept {
  return guarded<ct_tensor *>(nullptr, [&] { return new ct_tensor{body()}; });
}

/// Runs `body` for its effect.
template <typename Body>
bool effect(Body &&body) noexcept {
  return guarded(false, [&] {
    body();
    return true;
  });
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
