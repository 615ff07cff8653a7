// The kernels for x86-64 with AVX2 and FMA.
#if defined(__x86_64__)
#include <immintrin.h>
#pragma clang attribute push(__attribute__((target("avx2,fma,bmi,bmi2"))), apply_to = function)
#define LANES 8
#define KERNELS cpixels_avx2
#define KERNELS_NAME "avx2"
#include "kernels.h"
#pragma clang attribute pop
#endif
