#pragma once

// The C library has these calls, but Swift's module of it does not.
#ifdef __linux__
#include <fcntl.h>
#include <stdint.h>
#include <sys/vfs.h>

/// The number of the kind of file system that an open file lies in; 0 where that is unknown.
static inline uint32_t file_system_kind(int file) {
  struct statfs status;
  return fstatfs(file, &status) == 0 ? (uint32_t)status.f_type : 0;
}

extern int pipe2(int ends[2], int flags);

/// Makes a pipe whose ends no program that is started gets; 0, or -1 with the reason in `errno`.
static inline int private_pipe(int ends[2]) { return pipe2(ends, O_CLOEXEC); }
#endif
