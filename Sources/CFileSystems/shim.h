#pragma once

// The C library has this call, but Swift's module of it does not.
#ifdef __linux__
#include <stdint.h>
#include <sys/vfs.h>

/// The number of the kind of file system that an open file lies in; 0 where that is unknown.
static inline uint32_t file_system_kind(int file) {
  struct statfs status;
  return fstatfs(file, &status) == 0 ? (uint32_t)status.f_type : 0;
}
#endif
