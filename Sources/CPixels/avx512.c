// The kernels for x86-64 with AVX-512 F, BW, VL and DQ.
#if defined(__x86_64__)
#include <immintrin.h>
#pragma clang attribute push( \
    __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx2,fma,bmi,bmi2"))), apply_to = function)
#define LANES 16
#define GATHER(source, places) (u32) _mm512_i32gather_epi32((__m512i)(places), (source), 4)
#define KERNELS cpixels_avx512
#define KERNELS_NAME "avx512"
#include "kernels.h"
#pragma clang attribute pop
#endif
