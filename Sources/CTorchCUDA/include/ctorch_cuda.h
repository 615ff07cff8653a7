// What the second library has: recorded sequences of CUDA work (CUDA graphs).
//
// The library `CTorchCUDA` is the only code here that is compiled with CUDA's headers. No program links it:
// `ATenBackend` loads it where libtorch_cuda is, and knows it by this table alone. So the program builds and runs without
// any part of CUDA.
#ifndef CTORCH_CUDA_H
#define CTORCH_CUDA_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Changes with every change of the table, so that a library of another build is refused.
#define CTORCH_CUDA_VERSION 1

typedef struct {
  uint32_t version;
  /// The version of libtorch whose headers the library was compiled with.
  const char *torch_version;
  /// The text of this thread's last failure here; empty where `body` failed.
  const char *(*error)(void);
  /// Calls `body` once and records, without doing it, what it hands to this thread's stream. That must not be the device's
  /// default stream. NULL on failure, also where `body` returns false. One recording goes on at a time.
  void *(*record)(bool (*body)(void *context), void *context);
  /// Hands a recording to this thread's stream.
  bool (*replay)(void *recording);
  void (*free)(void *recording);
} ctorch_cuda_table;

/// The library's only symbol.
const ctorch_cuda_table *ctorch_cuda(void);

#ifdef __cplusplus
}
#endif

#endif
