// Vectors of LANES 32-bit numbers, and what the kernels do with them. Included once for each set of instructions.
#include "cpixels.h"

// A product is rounded before it is added to something, unless a function says otherwise.
#pragma STDC FP_CONTRACT OFF

// A vector of LANES 32-bit elements, and those of the same number of bytes with other elements.
typedef uint32_t u32 __attribute__((vector_size(4 * LANES)));
typedef int32_t i32 __attribute__((vector_size(4 * LANES)));
typedef float f32 __attribute__((vector_size(4 * LANES)));
typedef uint8_t u8 __attribute__((vector_size(4 * LANES)));
typedef uint16_t u16 __attribute__((vector_size(4 * LANES)));
typedef int16_t i16 __attribute__((vector_size(4 * LANES)));
// Twice as many bytes, for products of 16-bit numbers.
typedef uint32_t u32_of_u16 __attribute__((vector_size(8 * LANES)));
typedef int32_t i32_of_i16 __attribute__((vector_size(8 * LANES)));
// LANES numbers in double precision, and masks of them.
typedef double f64 __attribute__((vector_size(8 * LANES)));
typedef int64_t i64_of_f64 __attribute__((vector_size(8 * LANES)));
typedef uint8_t u8_quad __attribute__((vector_size(16)));

// Eight pixels, for what is only as fast as memory: on some processors that is slower in 512 bits than in 256.
typedef uint32_t u32_eight __attribute__((vector_size(32)));
typedef uint8_t u8_eight __attribute__((vector_size(32)));

#define INLINE static inline __attribute__((always_inline))
#define ALPHA 0xFF000000u

// Loads and stores at any address.
#define DEFINE_ACCESS(type)                                                                      \
  INLINE type load_##type(const void *place) {                                                   \
    type value;                                                                                  \
    __builtin_memcpy(&value, place, sizeof value);                                                         \
    return value;                                                                                \
  }                                                                                              \
  INLINE void store_##type(void *place, type value) { __builtin_memcpy(place, &value, sizeof value); }
DEFINE_ACCESS(u32)
DEFINE_ACCESS(i32)
DEFINE_ACCESS(f32)
DEFINE_ACCESS(u8)
DEFINE_ACCESS(u16)
DEFINE_ACCESS(i16)
DEFINE_ACCESS(u8_quad)
DEFINE_ACCESS(u32_eight)
DEFINE_ACCESS(u8_eight)

#if LANES == 16
#define COUNTING {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}
#define REVERSED(v) __builtin_shufflevector(v, v, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0)
#elif LANES == 8
#define COUNTING {0, 1, 2, 3, 4, 5, 6, 7}
#define REVERSED(v) __builtin_shufflevector(v, v, 7, 6, 5, 4, 3, 2, 1, 0)
#elif LANES == 4
#define COUNTING {0, 1, 2, 3}
#define REVERSED(v) __builtin_shufflevector(v, v, 3, 2, 1, 0)
#endif

// Indexes of a shuffle that does the same in every 128 bits of a vector of bytes.
#if LANES == 16
#define IN_PARTS(indexes) indexes(0), indexes(16), indexes(32), indexes(48)
#elif LANES == 8
#define IN_PARTS(indexes) indexes(0), indexes(16)
#else
#define IN_PARTS(indexes) indexes(0)
#endif

// Three vectors r, g, b as r0 g0 b0 r1 g1 b1 …, to memory.
INLINE void store_merged(float *place, f32 r, f32 g, f32 b) {
#if LANES == 16
  f32 first = __builtin_shufflevector(r, g, 0, 16, -1, 1, 17, -1, 2, 18, -1, 3, 19, -1, 4, 20, -1, 5);
  f32 middle = __builtin_shufflevector(r, g, 21, -1, 6, 22, -1, 7, 23, -1, 8, 24, -1, 9, 25, -1, 10, 26);
  f32 last = __builtin_shufflevector(r, g, -1, 11, 27, -1, 12, 28, -1, 13, 29, -1, 14, 30, -1, 15, 31, -1);
  first = __builtin_shufflevector(first, b, 0, 1, 16, 3, 4, 17, 6, 7, 18, 9, 10, 19, 12, 13, 20, 15);
  middle = __builtin_shufflevector(middle, b, 0, 21, 2, 3, 22, 5, 6, 23, 8, 9, 24, 11, 12, 25, 14, 15);
  last = __builtin_shufflevector(last, b, 26, 1, 2, 27, 4, 5, 28, 7, 8, 29, 10, 11, 30, 13, 14, 31);
#elif LANES == 8
  // Turned within each half so that every value is in its lane; which of three vectors it belongs to differs by half.
  r = __builtin_shufflevector(r, r, 0, 3, 2, 1, 4, 7, 6, 5);
  g = __builtin_shufflevector(g, g, 1, 0, 3, 2, 5, 4, 7, 6);
  b = __builtin_shufflevector(b, b, 2, 1, 0, 3, 6, 5, 4, 7);
#define BLENDED(x, y, z) \
  __builtin_shufflevector(__builtin_shufflevector(x, y, 0, 9, 2, 3, 12, 5, 6, 15), z, 0, 1, 10, 3, 4, 13, 6, 7)
  f32 one = BLENDED(r, g, b), two = BLENDED(g, b, r), middle = BLENDED(b, r, g);
#undef BLENDED
  f32 first = __builtin_shufflevector(one, two, 0, 1, 2, 3, 8, 9, 10, 11);
  f32 last = __builtin_shufflevector(one, two, 4, 5, 6, 7, 12, 13, 14, 15);
#else
  f32 first = __builtin_shufflevector(r, g, 0, 4, -1, 1), middle = __builtin_shufflevector(r, g, 5, -1, 2, 6);
  f32 last = __builtin_shufflevector(r, g, -1, 3, 7, -1);
  first = __builtin_shufflevector(first, b, 0, 1, 4, 3);
  middle = __builtin_shufflevector(middle, b, 0, 5, 2, 3);
  last = __builtin_shufflevector(last, b, 6, 1, 2, 7);
#endif
  store_f32(place, first);
  store_f32(place + LANES, middle);
  store_f32(place + 2 * LANES, last);
}

// One channel of the pixels, as numbers.
INLINE f32 channel(u32 pixels, int shift) {
  return __builtin_convertvector((i32)(pixels >> shift & 255), f32);
}

// Numbers in 0...255, cut off, as one channel of pixels.
INLINE u32 placed(f32 values, int shift) { return (u32)__builtin_convertvector(values, i32) << shift; }
