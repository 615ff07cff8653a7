#include <c10/core/Allocator.h>
#include <c10/core/CPUAllocator.h>

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <mutex>

#include "guard.hpp"
#include "kernels/kernels.hpp"

namespace {

/// Blocks that are kept; smaller ones come and go as the C library likes.
constexpr size_t LARGE = 1 << 18;
constexpr size_t ALIGNMENT = 64;

/// What stands before every block.
struct alignas(ALIGNMENT) Header {
  size_t bytes;
};

/// Bytes that this process has of its own in the system's memory, files that are mapped left out; 0 where that is not known.
size_t resident() {
  const int file = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
  if (file == -1) return 0;
  char text[128] = "";
  const ssize_t count = read(file, text, sizeof text - 1);
  close(file);
  unsigned long size = 0, resident = 0, shared = 0;
  if (count <= 0 || std::sscanf(text, "%lu %lu %lu", &size, &resident, &shared) != 3) return 0;
  return (resident - std::min(shared, resident)) * static_cast<size_t>(sysconf(_SC_PAGESIZE));
}

/// Memory of CPU tensors that keeps large blocks when they are given back.
///
/// Every step of a training asks for the same sizes. Memory that went back to the system and came again would be filled
/// with zeros, page by page, each time. What is held in all never exceeds the most that was in use at once by more than
/// a quarter.
class KeepingAllocator final : public at::Allocator {
 public:
  at::DataPtr allocate(size_t bytes) override {
    void *data = bytes > 0 ? take(bytes) : nullptr;
    return {data, data, &give_back, at::Device(at::DeviceType::CPU)};
  }

  at::DeleterFnPtr raw_deleter() const override { return &give_back; }

  void copy_data(void *to, const void *from, size_t count) const override { default_copy_data(to, from, count); }

  /// Frees all blocks that are kept.
  void release() {
    const std::lock_guard lock(mutex);
    while (!kept.empty()) free_largest();
    most_used = used;
  }

  /// Refuses what would take the process beyond so many bytes; 0 = nothing.
  void set_limit(size_t bytes) {
    const std::lock_guard lock(mutex);
    limit = bytes;
  }

  static KeepingAllocator &shared() {
    // Never destroyed: tensors may outlive every other object.
    static auto *allocator = new KeepingAllocator;
    return *allocator;
  }

 private:
  std::mutex mutex;
  std::multimap<size_t, Header *> kept;
  size_t held = 0, used = 0, most_used = 0, limit = 0;

  void *take(size_t bytes) {
    if (bytes < LARGE) {
      Header *const block = allocated(bytes);
      if (block == nullptr) refuse(bytes);
      return data_of(block);
    }
    const std::lock_guard lock(mutex);
    auto found = kept.lower_bound(bytes);
    // A block that is much too large would be missing elsewhere.
    if (found != kept.end() && found->first <= bytes + bytes / 8) {
      Header *const block = found->second;
      kept.erase(found);
      count_in(block->bytes);
      return data_of(block);
    }
    give_up(bytes);
    if (limit > 0) require_room(bytes);
    Header *block = allocated(bytes);
    while (block == nullptr && !kept.empty()) {
      free_largest();
      block = allocated(bytes);
    }
    if (block == nullptr) refuse(bytes);
    held += bytes;
    count_in(bytes);
    return data_of(block);
  }

  static void give_back(void *data) {
    if (data == nullptr) return;
    Header *const block = static_cast<Header *>(data) - 1;
    if (block->bytes < LARGE) return std::free(block);
    auto &self = shared();
    const std::lock_guard lock(self.mutex);
    self.used -= block->bytes;
    self.kept.emplace(block->bytes, block);
    self.give_up(0);
  }

  /// Linux gives out more memory than there is, and ends a process that then uses it.
  void require_room(size_t bytes) {
    const auto is_beyond = [&] { return bytes > limit || std::max(held, resident()) > limit - bytes; };
    while (is_beyond() && !kept.empty()) free_largest();
    TORCH_CHECK(
      !is_beyond(), "not enough memory for a tensor of ", bytes, " bytes: ", std::max(held, resident()), " of ", limit,
      " are in use; ask for smaller batches, smaller images or fewer trainings at once");
  }

  void count_in(size_t bytes) {
    used += bytes;
    most_used = std::max(most_used, used);
  }

  /// Frees kept blocks, the largest first, until there is room for so many bytes more.
  void give_up(size_t bytes) {
    const size_t most = std::max(most_used, used + bytes);
    while (!kept.empty() && held + bytes > most + most / 4) free_largest();
  }

  void free_largest() {
    const auto largest = std::prev(kept.end());
    held -= largest->first;
    std::free(largest->second);
    kept.erase(largest);
  }

  static void *data_of(Header *block) { return block + 1; }

  /// A new block, or none where the system has no memory for it.
  static Header *allocated(size_t bytes) {
    void *place = nullptr;
    if (posix_memalign(&place, ALIGNMENT, sizeof(Header) + bytes) != 0) return nullptr;
    return new (place) Header{bytes};
  }

  [[noreturn]] static void refuse(size_t bytes) {
    TORCH_CHECK(
      false, "not enough memory for a tensor of ", bytes,
      " bytes; raise the limit of memory (ulimit -v or -d), or ask for smaller batches, smaller images or fewer trainings at once");
  }
};

/// The variable PBA_KERNELS = plain leaves libtorch's own memory in place too.
const bool in_place = [] {
  if (ct::kernels::chosen()) c10::SetCPUAllocator(&KeepingAllocator::shared());
  return true;
}();

}  // namespace

void ct_limit_memory(uint64_t bytes) { KeepingAllocator::shared().set_limit(bytes); }

void ct_release_memory(void) {
  ct::guarded(false, [] {
    KeepingAllocator::shared().release();
    return true;
  });
}
