// The kernels for processors with AVX-512: 16 floats at a time, 32 registers.
#if defined(__x86_64__)
#include "kernels.hpp"

#define NAME "avx512"
#define LANES 16
#define KERNELS avx512
#pragma clang attribute push( \
  __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx2,fma"))), apply_to = function)
#include "table.hpp"
#pragma clang attribute pop
#endif
