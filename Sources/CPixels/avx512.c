// The kernels for x86-64 with AVX-512 F, BW, VL and DQ.
#if defined(__x86_64__)
#include <immintrin.h>
#pragma clang attribute push( \
    __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx2,fma,bmi,bmi2"))), apply_to = function)
#define LANES 16
#define PACKED(even, odd) (u8) _mm512_packus_epi16((__m512i)(even), (__m512i)(odd))
#define UPPER_PRODUCT(first, second) (i16) _mm512_mulhi_epi16((__m512i)(first), (__m512i)(second))
#define UPPER_PRODUCT_UNSIGNED(first, second) (u16) _mm512_mulhi_epu16((__m512i)(first), (__m512i)(second))
#define PAIR_PRODUCTS(first, second) (i32) _mm512_madd_epi16((__m512i)(first), (__m512i)(second))
#define DOUBLE_GREEN(pixels) (i16) _mm512_maddubs_epi16((__m512i)(pixels), _mm512_set1_epi32(0x0200))
#define REPEATED(place) (u8) _mm512_broadcast_i32x4(_mm_loadu_si128((const __m128i *)(place)))
#define SHUFFLED(table, places) (u8) _mm512_shuffle_epi8((__m512i)(table), (__m512i)(places))
#define CHOSEN(choice, first, second) \
  (u8) _mm512_mask_blend_epi8(_mm512_movepi8_mask((__m512i)(choice)), (__m512i)(first), (__m512i)(second))
#define KERNELS cpixels_avx512
#define KERNELS_NAME "avx512"
#include "kernels.h"
#pragma clang attribute pop
#endif
