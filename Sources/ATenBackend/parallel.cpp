#include "parallel.hpp"

#include <ATen/Parallel.h>
#include <dlfcn.h>

#include <algorithm>
#include <exception>
#include <mutex>
#include <utility>

namespace {

/// The entry points of libgomp, the OpenMP that libtorch for Linux brings.
///
/// Its threads go on waiting at full speed for a while after each loop of torch. Threads of our own would share the
/// cores with them; these are the same threads.
struct OpenMP {
  void (*parallel)(void (*part)(void *), void *data, unsigned threads, unsigned flags);
  int (*index)();
  int (*count)();

  bool is_there() const { return parallel && index && count; }

  static const OpenMP &loaded() {
    static const OpenMP functions{
      reinterpret_cast<decltype(parallel)>(dlsym(RTLD_DEFAULT, "GOMP_parallel")),
      reinterpret_cast<decltype(index)>(dlsym(RTLD_DEFAULT, "omp_get_thread_num")),
      reinterpret_cast<decltype(count)>(dlsym(RTLD_DEFAULT, "omp_get_num_threads"))};
    return functions;
  }
};

/// One loop, whose parts the threads of a team take by their numbers.
struct Loop {
  const int64_t count, grain, pieces;
  const std::function<void(int64_t, int64_t)> &body;
  std::mutex mutex;
  std::exception_ptr failure;

  void run_part(int64_t index, int64_t of) noexcept {
    const int64_t first = pieces * index / of * grain;
    const int64_t last = std::min(pieces * (index + 1) / of * grain, count);
    if (first >= last) return;
    try {
      body(first, last);
    } catch (...) {
      const std::lock_guard lock(mutex);
      if (!failure) failure = std::current_exception();
    }
  }
};

}  // namespace

void ct::parallel_for(int64_t count, int64_t grain, const std::function<void(int64_t first, int64_t last)> &body) {
  if (count <= 0) return;
  const int64_t pieces = (count + grain - 1) / grain;
  // All threads, also where some get no part: OpenMP ends those that a smaller team leaves out, and starts them again later.
  const int64_t threads = at::get_num_threads();
  const auto &team = OpenMP::loaded();
  if (threads <= 1 || pieces <= 1 || !team.is_there()) return body(0, count);
  Loop loop{count, grain, pieces, body, {}, nullptr};
  const auto part = [](void *data) {
    const auto &team = OpenMP::loaded();
    static_cast<Loop *>(data)->run_part(team.index(), team.count());
  };
  team.parallel(part, &loop, static_cast<unsigned>(threads), 0);
  if (loop.failure) std::rethrow_exception(loop.failure);
}
