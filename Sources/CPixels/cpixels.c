// Which kernels this machine can run.
#include "cpixels.h"

#if defined(__x86_64__)

extern const cpixels_kernels cpixels_avx2, cpixels_avx512, cpixels_avx512vbmi;

static const cpixels_kernels *usable_avx2(void) {
  bool is_usable = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi") &&
                   __builtin_cpu_supports("bmi2");
  return is_usable ? &cpixels_avx2 : NULL;
}

static const cpixels_kernels *usable_avx512(void) {
  bool is_usable = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                   __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq") && usable_avx2() != NULL;
  return is_usable ? &cpixels_avx512 : NULL;
}

static const cpixels_kernels *usable_avx512vbmi(void) {
  bool is_usable =
      __builtin_cpu_supports("avx512vbmi") && __builtin_cpu_supports("avx512vnni") && usable_avx512() != NULL;
  return is_usable ? &cpixels_avx512vbmi : NULL;
}

const cpixels_kernels *cpixels_named(const char *name) {
  if (__builtin_strcmp(name, "avx512vbmi") == 0) return usable_avx512vbmi();
  if (__builtin_strcmp(name, "avx512") == 0) return usable_avx512();
  if (__builtin_strcmp(name, "avx2") == 0) return usable_avx2();
  return NULL;
}

#elif defined(__aarch64__)

extern const cpixels_kernels cpixels_neon;

const cpixels_kernels *cpixels_named(const char *name) {
  return __builtin_strcmp(name, "neon") == 0 ? &cpixels_neon : NULL;
}

#else

const cpixels_kernels *cpixels_named(const char *name) {
  (void)name;
  return NULL;
}

#endif
