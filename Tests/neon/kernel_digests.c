// Prints a digest of what each pixel kernel makes of images of hostile sizes, a line each.
//
//     kernel_digests NAME
//
// NAME is "neon", "avx2", "avx512" or "avx512vbmi". All must print the same lines. For 64-bit ARM it is built without a C library, so
// that a compiler for x86-64 and an emulator are enough.
#include "cpixels.h"

#if defined(__aarch64__)
static long call(long number, long first, long second, long third) {
  register long x8 __asm__("x8") = number, x0 __asm__("x0") = first;
  register long x1 __asm__("x1") = second, x2 __asm__("x2") = third;
  __asm__ volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2) : "memory");
  return x0;
}
static void put(const char *text, size_t count) { call(64, 1, (long)text, (long)count); }
void *memcpy(void *target, const void *source, size_t count) {
  volatile char *to = target;
  const char *from = source;
  while (count--) *to++ = *from++;
  return target;
}
void *memset(void *target, int value, size_t count) {
  volatile char *to = target;
  while (count--) *to++ = (char)value;
  return target;
}
int strcmp(const char *one, const char *other) {
  while (*one && *one == *other) one++, other++;
  return (unsigned char)*one - (unsigned char)*other;
}
#else
#include <unistd.h>
static void put(const char *text, size_t count) {
  if (write(1, text, count) < 0) _exit(1);
}
#endif

enum { WIDEST = 300, LARGEST = 64 * 300, MARGIN = CPIXELS_MARGIN + WIDEST };

static uint32_t first[LARGEST + 2 * MARGIN], second[LARGEST + 2 * MARGIN], counts[12 * 256];
static uint8_t rgb[3 * LARGEST], tables[768];
static float output[3 * LARGEST];
static int16_t changes[1021];
static int32_t steps[128];
static uint64_t digest;

static void add(const void *bytes, ptrdiff_t count) {
  for (const uint8_t *byte = bytes; count--; byte++) digest = (digest ^ *byte) * 0x100000001B3u;
}

static void print(const char *name) {
  char line[64];
  int length = 0;
  while (*name) line[length++] = *name++;
  line[length++] = ' ';
  for (int shift = 60; shift >= 0; shift -= 4) line[length++] = "0123456789abcdef"[digest >> shift & 15];
  line[length++] = '\n';
  put(line, (size_t)length);
  digest = 0xCBF29CE484222325u;
}

static uint32_t *const pixels = first + MARGIN, *const result = second + MARGIN;

static void fill(ptrdiff_t count) {
  uint64_t state = (uint64_t)count * 2654435761u + 1;
  for (ptrdiff_t index = 0; index < count; index++) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    uint32_t word = (uint32_t)(state >> 32);
    // A third of the pixels is transparent.
    pixels[index] = (word & 0xFFFFFF) | (word % 3 ? 0xFF000000 : 0);
    for (int byte = 0; byte < 3; byte++) rgb[3 * index + byte] = (uint8_t)(word >> 8 * byte);
  }
}

static const int sizes[][2] = {{1, 1},   {3, 5},   {5, 3},  {16, 3}, {17, 16},
                               {31, 33}, {32, 32}, {64, 7}, {7, 64}, {300, 64}};
static const float factors[] = {0, 0.1f, 0.28f, 0.46f, 0.999f, 1.18f, 1.36f, 1.72f, 2, 3.7f, 100};

// Does `work` on fresh noise of each size and digests `bytes` bytes of `place`.
#define EACH_SIZE(name, work, place, bytes)                              \
  for (size_t size = 0; size < sizeof sizes / sizeof *sizes; size++) {   \
    ptrdiff_t width = sizes[size][0], height = sizes[size][1];           \
    ptrdiff_t count = width * height;                                    \
    (void)count;                                                         \
    fill(count);                                                         \
    work;                                                                \
    add(place, bytes);                                                   \
  }                                                                      \
  print(name)
#define EACH_FACTOR for (size_t f = 0; f < sizeof factors / sizeof *factors; f++)

static int digests(const char *name) {
  const cpixels_kernels *kernels = cpixels_named(name);
  if (!kernels) return 1;
  digest = 0xCBF29CE484222325u;
  EACH_SIZE("load_rgb", kernels->load_rgb(pixels, rgb, count), pixels, 4 * count);
  EACH_SIZE("invert", kernels->invert(pixels, count), pixels, 4 * count);
  EACH_SIZE("keep_bits", kernels->keep_bits(pixels, count, 0xE0E0E0), pixels, 4 * count);
  EACH_SIZE("solarize", kernels->solarize(pixels, count, 77), pixels, 4 * count);
  EACH_SIZE("equalize_tables", kernels->equalize_tables(pixels, count, counts, tables), tables, count > 255 ? 768 : 0);
  EACH_SIZE("replace", kernels->replace(pixels, count, tables), pixels, 4 * count);
  for (uint32_t grey = 0; grey < 256; grey += 51)
    EACH_FACTOR { EACH_SIZE("mix_grey", kernels->mix_grey(pixels, count, grey, factors[f]), pixels, 4 * count); }
  EACH_FACTOR { EACH_SIZE("mix_luma", kernels->mix_luma(pixels, count, factors[f]), pixels, 4 * count); }
  EACH_FACTOR {
    EACH_SIZE("sharpen", if (width < 3 || height < 3) continue;
              kernels->sharpen(pixels, result, width, height, factors[f]), result, 4 * count);
  }
  EACH_SIZE("replace_by_one", kernels->replace_by_one(pixels, count, tables), pixels, 4 * count);
  EACH_SIZE("make_grey", kernels->make_grey(pixels, count), pixels, 4 * count);
  EACH_SIZE("pick_channels", kernels->pick_channels(pixels, count, 16, 0, 8), pixels, 4 * count);
  for (uint32_t turn = 0; turn < 256; turn += 37) {
    EACH_SIZE("turn_hue", kernels->turn_hue(pixels, count, turn), pixels, 4 * count);
  }
  for (int step = 0; step < 6; step++) {
    // The horizon crosses the image in some.
    double share = step / 16.0;
    EACH_SIZE("project",
              cpixels_projection map = ((cpixels_projection){.a = 1 + share, .b = share, .c = -share * (double)width,
                .d = share / 3, .e = 1 - share, .f = share * (double)height, .g = -share / (double)width,
                .h = -2.5 * share / (double)height});
              kernels->project(pixels, result, width, height, map), result, 4 * count);
  }
  uint64_t total;
  EACH_SIZE("sum_luma", total = kernels->sum_luma(pixels, count), &total, 8);
  EACH_SIZE("stretch_tables", kernels->stretch_tables(pixels, count, tables), tables, 768);
  for (int step = -70000; step <= 70000; step += 7919) {
    EACH_SIZE("slide_rows", kernels->slide_rows(pixels, result, width, height, step * 3, step), result, 4 * count);
    EACH_SIZE("slide_columns", kernels->slide_columns(pixels, result, width, height, step * 3, step), result, 4 * count);
    cpixels_walk walk = {-step * 4, step * 3, 65536 - step, step, -step, 65536 + step / 2};
    EACH_SIZE("resample", if (!kernels->resample(pixels, result, width, height, walk)) return 2, result, 4 * count);
  }
  for (int radius = 0; radius <= CPIXELS_LARGEST_BOX; radius += 1 + radius) {
    uint32_t inner = (uint32_t)((1 << 24) / (radius * 2 + 1.3f));
    cpixels_box box = {radius, inner, ((1u << 24) - (2u * (uint32_t)radius + 1) * inner) / 2};
    EACH_SIZE("blur", kernels->blur(pixels, result, width, height, box), pixels, 4 * count);
  }
  for (int index = 0; index < 1021; index++) changes[index] = (int16_t)((index - 510) * 3);
  for (uint64_t key = 1; key; key <<= 9) {
    EACH_SIZE("add_noise", kernels->add_noise(pixels, count, changes, key), pixels, 4 * count);
    EACH_SIZE("fill_noise",
              kernels->fill_noise(pixels, width, width / 3, height / 3, width - width / 3, height - height / 3, key), pixels,
              4 * count);
  }
  // Planes in the memory of numbers; a row of chroma has one more byte at both ends.
  uint8_t *const luma = (uint8_t *)output, *const chroma = luma + 1024;
  for (int step = 1; step < 256; step += 23) {
    for (int index = 0; index < 64; index++) {
      steps[index] = 1 + (step * (index + 8)) % 255;
      steps[64 + index] = (1 << 19) / steps[index] + 1;
    }
    EACH_SIZE("requantise", kernels->requantise(rgb, 8 * (width / 3 + 1), width / 3 + 1, steps), rgb,
              height > 7 ? 64 * (width / 3 + 1) : 0);
  }
  EACH_SIZE("to_planes", ptrdiff_t whole = width / 16 * 16;
            kernels->to_planes(pixels, pixels + width, luma, luma + 512, chroma, chroma + 256, whole), luma,
            height > 1 ? 1024 + 512 : 0);
  EACH_SIZE("from_planes",
            kernels->from_planes(rgb, rgb + 301, rgb + 402, rgb + 503, rgb + 604, pixels, width < 290 ? width : 290), pixels,
            4 * count);
  // Constants of mean 0.4914 and deviation 0.2023, as Augmentation finds them.
  cpixels_scaling scaling = {{0x1.3da8p-6f, 0x1.3da8p-6f, 0x1.3da8p-6f},
                             {-0x1.36ee3cp+1f, -0x1.36ee3cp+1f, -0x1.36ee3cp+1f},
                             {0x1.2p-23f, 0x1.2p-23f, 0x1.2p-23f},
                             {0x1.4p-25f, 0x1.4p-25f, 0x1.4p-25f}};
  for (int kind = 0; kind < 4; kind++) {
    for (int shift = -5; shift <= 5; shift += 5) {
      EACH_SIZE("tail",
                cpixels_tail tail = ((cpixels_tail){.width = width, .height = height,
                  .shift_x = shift < -width ? -width : shift > width ? width : shift, .shift_y = -shift,
                  .flipped = kind & 1, .blank_left = width / 3, .blank_right = width / 2, .blank_top = 0,
                  .blank_bottom = height / 2, .planar = kind >> 1});
                kernels->tail(pixels, output, &tail, &scaling), output, 12 * count);
    }
  }
  return 0;
}

#if defined(__aarch64__)
void _start(void) {
  call(93, digests("neon"), 0, 0);
  __builtin_unreachable();
}
#else
int main(int count, char **arguments) { return count == 2 ? digests(arguments[1]) : 64; }
#endif
