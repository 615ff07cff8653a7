#include "../CTorch/include/ctorch_device.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/index_select.h>
#include <c10/core/Event.h>
#include <c10/core/StreamGuard.h>
#include <c10/core/impl/VirtualGuardImpl.h>
#include <dlfcn.h>
#include <torch/headeronly/version.h>

#include <cstring>
#include <memory>

#include "../CTorchCUDA/include/ctorch_cuda.h"
#include "guard.hpp"

struct ct_stream {
  c10::Stream value;
};

struct ct_stream_scope {
  c10::StreamGuard value;
};

struct ct_event {
  c10::Event value;
};

struct ct_recording {
  void *value;
};

namespace {

#ifdef __APPLE__
constexpr const char *library_name = "libCTorchCUDA.dylib";
#else
constexpr const char *library_name = "libCTorchCUDA.so";
#endif

/// The second library's table, loaded once; throws where it is not to be had.
const ctorch_cuda_table &recorder() {
  static const ctorch_cuda_table &table = []() -> const ctorch_cuda_table & {
    TORCH_CHECK(
      ct_load_cuda(), "recording the steps of a training needs libtorch_cuda: ", ct::last_error(),
      "; an installed PyTorch for CUDA has it, so name its folder with LIBTORCH");
    TORCH_CHECK(ct_cuda_count() > 0, "recording the steps of a training needs a CUDA device, and none is usable");
    // It stands beside the program, where the program's own run path looks first.
    void *library = dlopen(library_name, RTLD_LAZY | RTLD_LOCAL);
    TORCH_CHECK(
      library != nullptr, library_name, " cannot be loaded (", dlerror(),
      "); build it where CUDA's headers are: scripts/bootstrap, then swift build -c release");
    const auto entry = reinterpret_cast<const ctorch_cuda_table *(*)()>(dlsym(library, "ctorch_cuda"));
    TORCH_CHECK(entry != nullptr, library_name, " has no table; build it again");
    const ctorch_cuda_table *table = entry();
    TORCH_CHECK(
      table->version == CTORCH_CUDA_VERSION && std::strcmp(table->torch_version, TORCH_VERSION) == 0,
      library_name, " is of another build (table ", table->version, ", libtorch ", table->torch_version,
      "), this program's is table ", CTORCH_CUDA_VERSION, ", libtorch ", TORCH_VERSION, "; build it again");
    return *table;
  }();
  return table;
}

}  // namespace

ct_stream *ct_stream_new(ct_device device) {
  return ct::guarded<ct_stream *>(nullptr, [&] {
    const auto where = ct::device(device);
    TORCH_CHECK(!where.is_cpu(), "the CPU has no streams");
    return new ct_stream{c10::impl::VirtualGuardImpl(where.type()).getStreamFromGlobalPool(where)};
  });
}

void ct_stream_free(ct_stream *stream) { delete stream; }

int64_t ct_stream_id(const ct_stream *stream) { return stream->value.id(); }

ct_stream_scope *ct_stream_enter(const ct_stream *stream) {
  return ct::guarded<ct_stream_scope *>(
    nullptr, [&] { return new ct_stream_scope{c10::StreamGuard(stream->value)}; });
}

void ct_stream_leave(ct_stream_scope *scope) { delete scope; }

bool ct_stream_synchronize(const ct_stream *stream) {
  return ct::effect([&] { stream->value.synchronize(); });
}

ct_event *ct_event_record(const ct_stream *stream) {
  return ct::guarded<ct_event *>(nullptr, [&] {
    auto event = std::make_unique<ct_event>(ct_event{c10::Event(stream->value.device_type())});
    event->value.record(stream->value);
    return event.release();
  });
}

bool ct_event_wait(const ct_event *event) {
  return ct::effect([&] { event->value.synchronize(); });
}

void ct_event_free(ct_event *event) { delete event; }

ct_tensor *ct_empty_pinned(const int64_t *sizes, size_t rank, ct_dtype dtype, bool channels_last) {
  return ct::tensor([&] {
    return at::empty(
      at::IntArrayRef(sizes, rank), at::TensorOptions().dtype(ct::scalar_type(dtype)).pinned_memory(true),
      channels_last ? at::MemoryFormat::ChannelsLast : at::MemoryFormat::Contiguous);
  });
}

bool ct_copy_without_waiting(ct_tensor *destination, const ct_tensor *source) {
  return ct::effect([&] { destination->value.copy_(source->value, /*non_blocking=*/true); });
}

ct_tensor *ct_rows(const ct_tensor *table, const ct_tensor *rows) {
  return ct::tensor([&] { return at::index_select(table->value, 0, rows->value); });
}

bool ct_can_record(void) {
  return ct::effect([] { recorder(); });
}

ct_recording *ct_record(bool (*body)(void *context), void *context) {
  return ct::guarded<ct_recording *>(nullptr, [&]() -> ct_recording * {
    const auto &table = recorder();
    if (void *recording = table.record(body, context)) return new ct_recording{recording};
    const std::string text = table.error();
    ct::last_error() = text;
    return nullptr;
  });
}

bool ct_replay(const ct_recording *recording) {
  return ct::guarded(false, [&] {
    const auto &table = recorder();
    if (table.replay(recording->value)) return true;
    ct::last_error() = table.error();
    return false;
  });
}

void ct_recording_free(ct_recording *recording) {
  if (recording == nullptr) return;
  recorder().free(recording->value);
  delete recording;
}
