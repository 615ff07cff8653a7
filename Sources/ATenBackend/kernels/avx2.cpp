// The kernels for processors with AVX2 and fused multiply-add: 8 floats at a time, 16 registers.
#if defined(__x86_64__)
#include "kernels.hpp"

#define NAME "avx2"
#define LANES 8
#define KERNELS avx2
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#include "table.hpp"
#pragma clang attribute pop
#endif
