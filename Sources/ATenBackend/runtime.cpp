#include <ATen/Parallel.h>
#include <ATen/autocast_mode.h>
#include <ATen/detail/CUDAHooksInterface.h>
#include <c10/core/CachingDeviceAllocator.h>
#include <dlfcn.h>
#include <unistd.h>

#ifdef __linux__
#include <sys/syscall.h>
#endif

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <mutex>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include "guard.hpp"
#include "kernels/kernels.hpp"
#include "parallel.hpp"

namespace {

constexpr const char *name_of_cuda = "libtorch_cuda.so";

/// How many threads this thread's operations were seen to get.
thread_local int32_t startable = 1;

/// Held from the look at the places until OpenMP's threads have them: else another's threads might take them between.
std::mutex starting;

/// The system's number of this thread; 0 where there is none.
long own_number() {
#ifdef __linux__
  return syscall(SYS_gettid);
#else
  return 0;
#endif
}

/// Waits until a thread that has been joined counts no more, a moment after it ended.
void wait_for_release(long number) {
#ifdef __linux__
  for (int round = 0; round < 1000 && number > 0 && syscall(SYS_tgkill, getpid(), number, 0) == 0; ++round)
    std::this_thread::sleep_for(std::chrono::microseconds(100));
#endif
}

/// Starts as many threads as operations will, to see whether the system lets them: OpenMP ends the program where it does not.
void require_threads(int32_t count) {
  std::mutex gate;
  std::vector<std::thread> others;
  std::vector<long> numbers(count - 1);
  std::string reason;
  {
    const std::lock_guard all_at_once(gate);
    try {
      others.reserve(count - 1);
      while (static_cast<int32_t>(others.size()) < count - 1)
        others.emplace_back([&gate, &number = numbers[others.size()]] {
          number = own_number();
          const std::lock_guard passing(gate);
        });
    } catch (const std::system_error &error) {
      reason = error.code().message();
    }
  }
  for (auto &other : others) other.join();
  for (const long number : numbers) wait_for_release(number);
  TORCH_CHECK(
    reason.empty(), "cannot start ", count, " threads for one operation, only ", others.size() + 1, ": ", reason,
    "; ask for fewer threads, or raise the limit of processes and threads (ulimit -u, or the container's) or of "
    "memory (ulimit -v)");
  startable = count;
}

}  // namespace

void ct_skip_cleanup(void) {
#ifdef __GLIBC__
  // What is registered last is called first: before the destructors of libraries that were loaded with the program.
  on_exit(
    [](int status, void *) {
      fflush(nullptr);
      _exit(status);
    },
    nullptr);
#endif
}

bool ct_set_threads(int32_t count) {
  return ct::effect([&] {
    // A thread's first parallel operation takes over the count that was set last anywhere, unless it has done so before.
    // Asking for the count does so inside the library, whose mark of having done so is its own.
    at::get_num_threads();
    if (count <= startable) return at::set_num_threads(count);
    const std::lock_guard alone(starting);
    require_threads(count);
    at::set_num_threads(count);
    // OpenMP's threads come now, before others take the places that were seen to be free.
    ct::parallel_for(count, 1, [](int64_t, int64_t) {});
  });
}

int32_t ct_threads(void) {
  return ct::guarded<int32_t>(1, [] { return at::get_num_threads(); });
}

bool ct_set_kernels(const char *name) {
  return ct::effect([&] {
    TORCH_CHECK(
      ct::kernels::choose(name), "this processor has no kernels '", name,
      "'; expected avx512, avx2 or neon where it has them, best, or plain");
  });
}

const char *ct_kernels(void) {
  const auto *kernels = ct::kernels::chosen();
  return kernels ? kernels->name : "plain";
}

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

bool ct_set_deterministic_cudnn(bool enabled) {
  return ct::effect([&] {
    at::globalContext().setDeterministicCuDNN(enabled);
    at::globalContext().setBenchmarkCuDNN(!enabled);
  });
}

bool ct_load_cuda(void) {
#ifdef __APPLE__
  return false;
#endif
  static void *library = [] {
    // Beside the libtorch that is loaded, wherever that came from.
    Dl_info found;
    std::string place = name_of_cuda;
    if (dladdr(reinterpret_cast<void *>(&at::globalContext), &found) != 0 && found.dli_fname != nullptr)
      place = (std::filesystem::path(found.dli_fname).parent_path() / name_of_cuda).string();
    if (void *beside = dlopen(place.c_str(), RTLD_NOW | RTLD_GLOBAL)) return beside;
    return dlopen(name_of_cuda, RTLD_NOW | RTLD_GLOBAL);
  }();
  if (library == nullptr)
    ct::last_error() = std::string(name_of_cuda) + " is neither beside libtorch nor on the library search path";
  return library != nullptr;
}

int32_t ct_cuda_count(void) {
  return ct::guarded<int32_t>(
    0, [] { return at::hasCUDA() ? static_cast<int32_t>(at::detail::getCUDAHooks().deviceCount()) : 0; });
}

int64_t ct_peak_device_memory(ct_device device) {
  return ct::guarded<int64_t>(-1, [&] {
    const auto where = ct::device(device);
    const auto stats = c10::getDeviceAllocator(where.type())->getDeviceStats(where.index());
    return stats.reserved_bytes[static_cast<size_t>(c10::CachingAllocator::StatType::AGGREGATE)].peak;
  });
}

int64_t ct_free_device_memory(ct_device device) {
  return ct::guarded<int64_t>(-1, [&] {
    const auto where = ct::device(device);
    return static_cast<int64_t>(c10::getDeviceAllocator(where.type())->getMemoryInfo(where.index()).first);
  });
}

bool ct_forget_peak_device_memory(ct_device device) {
  return ct::effect([&] {
    const auto where = ct::device(device);
    auto *allocator = c10::getDeviceAllocator(where.type());
    allocator->emptyCache();
    allocator->resetPeakStats(where.index());
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
