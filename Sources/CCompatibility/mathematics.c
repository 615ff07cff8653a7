// The static standard library of Swift asks for hypot as glibc 2.35 has it, whose only news is how errno is set. With these
// hidden functions in its place a program or library runs with glibc 2.34 too.
#include <math.h>

#if defined(__GLIBC__) && defined(__x86_64__)
#define HIDDEN __attribute__((visibility("hidden")))

// 64 bits of precision, and exponents that no square of a double leaves.
HIDDEN double hypot(double x, double y) {
  if (isinf(x) || isinf(y)) return INFINITY;
  return (double)sqrtl((long double)x * x + (long double)y * y);
}

HIDDEN float hypotf(float x, float y) {
  if (isinf(x) || isinf(y)) return INFINITY;
  return (float)sqrt((double)x * x + (double)y * y);
}
#endif
