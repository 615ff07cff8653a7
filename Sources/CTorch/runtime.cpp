#include <ATen/Parallel.h>
#include <ATen/autocast_mode.h>
#include <ATen/detail/CUDAHooksInterface.h>
#include <dlfcn.h>
#include <torch/headeronly/version.h>

#include "guard.hpp"

const char *ct_error(void) { return ct::last_error().c_str(); }

const char *ct_version(void) { return TORCH_VERSION; }

bool ct_set_threads(int32_t count) {
  return ct::effect([&] {
    // A thread's first parallel operation takes over the count that was set last anywhere, unless it has done so before.
    at::internal::lazy_init_num_threads();
    at::set_num_threads(count);
  });
}

int32_t ct_threads(void) { return at::get_num_threads(); }

bool ct_set_grad_enabled(bool enabled) {
  const bool before = at::GradMode::is_enabled();
  at::GradMode::set_enabled(enabled);
  return before;
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

bool ct_set_deterministic(bool enabled) {
  return ct::effect([&] {
    at::globalContext().setDeterministicAlgorithms(enabled, /*warn_only=*/false);
    at::globalContext().setBenchmarkCuDNN(!enabled);
  });
}

bool ct_load_cuda(void) {
  static void *library = dlopen("libtorch_cuda.so", RTLD_NOW | RTLD_GLOBAL);
  if (library == nullptr) ct::last_error() = "libtorch_cuda.so is not on the library search path";
  return library != nullptr;
}

int32_t ct_cuda_count(void) {
  return ct::guarded<int32_t>(
    0, [] { return at::hasCUDA() ? static_cast<int32_t>(at::detail::getCUDAHooks().deviceCount()) : 0; });
}

bool ct_synchronize(ct_device device) {
  return ct::effect([&] {
    if (device.index >= 0) at::detail::getCUDAHooks().deviceSynchronize(static_cast<c10::DeviceIndex>(device.index));
  });
}

ct_generator *ct_generator_new(uint64_t seed, ct_device device) {
  return ct::guarded<ct_generator *>(nullptr, [&] {
    const auto where = ct::device(device);
    auto generator = where.is_cpu() ? at::globalContext().defaultGenerator(at::kCPU).clone()
                                    : at::globalContext().defaultGenerator(where).clone();
    generator.set_current_seed(seed);
    return new ct_generator{generator};
  });
}

void ct_generator_free(ct_generator *generator) { delete generator; }
