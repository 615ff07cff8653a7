// The kernels for 64-bit ARM, whose every machine has NEON.
#if defined(__aarch64__)
#define LANES 4
#define KERNELS cpixels_neon
#define KERNELS_NAME "neon"
#include "kernels.h"
#endif
