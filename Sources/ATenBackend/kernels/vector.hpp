// A vector of LANES floats, and how it is loaded and stored. Included once for each instruction set.

typedef float Vector __attribute__((ext_vector_type(LANES)));
typedef int32_t Mask __attribute__((ext_vector_type(LANES)));
typedef uint32_t Words __attribute__((ext_vector_type(LANES)));
typedef uint16_t Halves __attribute__((ext_vector_type(LANES)));

inline Vector load(const float *place) {
  Vector vector;
  __builtin_memcpy(&vector, place, sizeof vector);
  return vector;
}

inline Vector load(const bfloat16 *place) {
  Halves halves;
  __builtin_memcpy(&halves, place, sizeof halves);
  const Words words = __builtin_convertvector(halves, Words) << 16;
  return __builtin_bit_cast(Vector, words);
}

inline void store(float *place, Vector vector) { __builtin_memcpy(place, &vector, sizeof vector); }

/// Rounds to the nearest, ties to even, as torch does; not-a-number stays one.
inline void store(bfloat16 *place, Vector vector) {
  const Words words = __builtin_bit_cast(Words, vector);
  const Words rounded = (words + 0x7fff + ((words >> 16) & 1)) >> 16;
  const Mask is_number = vector == vector;
  const Halves halves = __builtin_convertvector(is_number ? rounded : Words(0x7fc0), Halves);
  __builtin_memcpy(place, &halves, sizeof halves);
}

inline Vector multiply_add(Vector a, Vector b, Vector c) { return __builtin_elementwise_fma(a, b, c); }

/// The value where `kept` is -1, 0 where it is 0.
inline Vector masked(Vector value, int32_t kept) {
  return __builtin_bit_cast(Vector, __builtin_bit_cast(Mask, value) & Mask(kept));
}

inline Vector zero() { return Vector(0.0f); }
