#include "parallel.hpp"

#include <ATen/Parallel.h>

#include <algorithm>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

namespace {

/// The helpers of one thread. They sleep between loops, and end with the thread.
class Helpers {
 public:
  ~Helpers() {
    {
      const std::lock_guard lock(mutex);
      ended = true;
    }
    begin.notify_all();
    for (auto &thread : threads) thread.join();
  }

  /// Calls `part(0)` up to `part(count - 1)`, the first on this thread, and returns when all have.
  void run(int count, const std::function<void(int)> &part) {
    {
      const std::lock_guard lock(mutex);
      while (static_cast<int>(threads.size()) < count - 1)
        threads.emplace_back([this, index = static_cast<int>(threads.size()) + 1, seen = round] { serve(index, seen); });
      work = &part;
      parts = count;
      left = count - 1;
      ++round;
    }
    begin.notify_all();
    guarded(part, 0);
    std::unique_lock lock(mutex);
    done.wait(lock, [this] { return left == 0; });
    if (failure) std::rethrow_exception(std::exchange(failure, nullptr));
  }

 private:
  std::mutex mutex;
  std::condition_variable begin, done;
  std::vector<std::thread> threads;
  const std::function<void(int)> *work = nullptr;
  std::exception_ptr failure;
  int parts = 0, left = 0;
  uint64_t round = 0;
  bool ended = false;

  void serve(int index, uint64_t seen) {
    std::unique_lock lock(mutex);
    while (true) {
      begin.wait(lock, [&] { return ended || round != seen; });
      if (ended) return;
      seen = round;
      if (index >= parts) continue;
      const auto &part = *work;
      lock.unlock();
      guarded(part, index);
      lock.lock();
      if (--left == 0) done.notify_one();
    }
  }

  void guarded(const std::function<void(int)> &part, int index) {
    try {
      part(index);
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
  const int64_t threads = std::min<int64_t>(at::get_num_threads(), pieces);
  if (threads <= 1) return body(0, count);
  static thread_local Helpers helpers;
  helpers.run(static_cast<int>(threads), [&](int index) {
    const int64_t first = pieces * index / threads * grain;
    const int64_t last = std::min(pieces * (index + 1) / threads * grain, count);
    body(first, last);
  });
}
