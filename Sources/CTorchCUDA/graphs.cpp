// Recorded sequences of CUDA work. Compiled into a library of its own, whose symbols of libtorch_cuda are left open until
// it is loaded into a process that has them.
#include <ATen/Context.h>
#include <ATen/cuda/CUDAGraph.h>
#include <torch/headeronly/version.h>

#include <exception>
#include <memory>
#include <mutex>
#include <string>

#include "ctorch_cuda.h"

namespace {

std::string &last_error() {
  static thread_local std::string text;
  return text;
}

/// Runs `body`; an exception leaves its text in `last_error` and gives `failed`.
template <typename Result, typename Body>
Result guarded(Result failed, Body &&body) noexcept {
  try {
    last_error().clear();
    // Without libtorch_cuda its symbols are open, and calling one would end the process.
    TORCH_CHECK(
      at::globalContext().hasCUDA(), "a recording needs libtorch_cuda, which is not loaded, and a CUDA device");
    return body();
  } catch (const c10::Error &error) {
    last_error() = error.what_without_backtrace();
  } catch (const std::exception &error) {
    last_error() = error.what();
  } catch (...) {
    last_error() = "an exception of an unknown type";
  }
  return failed;
}

void *record(bool (*body)(void *), void *context) {
  return guarded<void *>(nullptr, [&]() -> void * {
    // All recordings register with the device's one default generator.
    static std::mutex one_at_a_time;
    const std::lock_guard<std::mutex> lock(one_at_a_time);
    auto graph = std::make_unique<at::cuda::CUDAGraph>();
    // Other trials go on meanwhile: what their threads ask of the device must not spoil this recording.
    graph->capture_begin({0, 0}, cudaStreamCaptureModeThreadLocal);
    if (body(context)) {
      graph->capture_end();
      return graph.release();
    }
    try {
      graph->capture_end();
    } catch (...) {
      // `body` has reported what went wrong; that the recording is broken too follows from it.
    }
    return nullptr;
  });
}

bool replay(void *recording) {
  return guarded(false, [&] {
    static_cast<at::cuda::CUDAGraph *>(recording)->replay();
    return true;
  });
}

void free_recording(void *recording) {
  guarded(false, [&] {
    delete static_cast<at::cuda::CUDAGraph *>(recording);
    return true;
  });
}

const char *error() { return last_error().c_str(); }

}  // namespace

const ctorch_cuda_table *ctorch_cuda(void) {
  static const ctorch_cuda_table table = {
    CTORCH_CUDA_VERSION, TORCH_VERSION, error, record, replay, free_recording};
  return &table;
}
