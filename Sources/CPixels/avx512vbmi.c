// The kernels for x86-64 with AVX-512 F, BW, VL, DQ, VBMI and VNNI.
#if defined(__x86_64__)
#include <immintrin.h>
#pragma clang attribute push( \
    __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx512vbmi,avx512vnni,avx2,fma,bmi,bmi2"))), apply_to = function)
#define LANES 16
#define PACKED(even, odd) (u8) _mm512_packus_epi16((__m512i)(even), (__m512i)(odd))
#define UPPER_PRODUCT(first, second) (i16) _mm512_mulhi_epi16((__m512i)(first), (__m512i)(second))
#define UPPER_PRODUCT_UNSIGNED(first, second) (u16) _mm512_mulhi_epu16((__m512i)(first), (__m512i)(second))
#define PAIR_PRODUCTS(first, second) (i32) _mm512_madd_epi16((__m512i)(first), (__m512i)(second))
#define LOOKED_UP(places, lower, upper) \
  (u8) _mm512_permutex2var_epi8((__m512i)(lower), (__m512i)(places), (__m512i)(upper))
#define CHOSEN(choice, first, second) \
  (u8) _mm512_mask_blend_epi8(_mm512_movepi8_mask((__m512i)(choice)), (__m512i)(first), (__m512i)(second))
#define DOT_PRODUCTS(sums, bytes, weights) \
  (u32) _mm512_dpbusd_epi32((__m512i)(sums), (__m512i)(bytes), _mm512_set1_epi32(weights))
#define KERNELS cpixels_avx512vbmi
#define KERNELS_NAME "avx512vbmi"
#include "kernels.h"
#pragma clang attribute pop
#endif
