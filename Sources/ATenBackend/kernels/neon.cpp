// The kernels for 64-bit ARM processors: 4 floats at a time, 32 registers.
#if defined(__aarch64__)
#include "kernels.hpp"

#define NAME "neon"
#define LANES 4
#define KERNELS neon
#include "table.hpp"
#endif
