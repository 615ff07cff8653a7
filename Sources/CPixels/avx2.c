// The kernels for x86-64 with AVX2 and FMA.
#if defined(__x86_64__)
#include <immintrin.h>
#pragma clang attribute push(__attribute__((target("avx2,fma,bmi,bmi2"))), apply_to = function)
#define LANES 8
#define PACKED(even, odd) (u8) _mm256_packus_epi16((__m256i)(even), (__m256i)(odd))
#define UPPER_PRODUCT(first, second) (i16) _mm256_mulhi_epi16((__m256i)(first), (__m256i)(second))
#define UPPER_PRODUCT_UNSIGNED(first, second) (u16) _mm256_mulhi_epu16((__m256i)(first), (__m256i)(second))
#define PAIR_PRODUCTS(first, second) (i32) _mm256_madd_epi16((__m256i)(first), (__m256i)(second))
#define DOUBLE_GREEN(pixels) (i16) _mm256_maddubs_epi16((__m256i)(pixels), _mm256_set1_epi32(0x0200))
#define REPEATED(place) (u8) _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)(place)))
#define SHUFFLED(table, places) (u8) _mm256_shuffle_epi8((__m256i)(table), (__m256i)(places))
#define CHOSEN(choice, first, second) (u8) _mm256_blendv_epi8((__m256i)(first), (__m256i)(second), (__m256i)(choice))
#define KERNELS cpixels_avx2
#define KERNELS_NAME "avx2"
#include "kernels.h"
#pragma clang attribute pop
#endif
