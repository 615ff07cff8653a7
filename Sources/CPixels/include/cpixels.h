// Pixel kernels in vector code: flat functions over buffers of 32-bit pixels, R in the lowest byte and A in the
// highest.
//
// A buffer of pixels lies between two margins of memory of its own: CPIXELS_MARGIN pixels and one row before it and
// after it. What lies before it is never written and is zero. What lies behind it may be written and has no meaning, so
// that a kernel may always work in whole vectors. Every kernel gives the bits of the plain Swift code in Augmentation.
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <stdbool.h>

#define CPIXELS_MARGIN 64

/// How values become numbers: value * high_slope + high_start, which is exact, plus value * low_slope + low_start.
typedef struct cpixels_scaling {
  float high_slope[3], high_start[3], low_slope[3], low_start[3];
} cpixels_scaling;

/// Where the tail takes a row's pixels from and what it leaves out.
typedef struct cpixels_tail {
  ptrdiff_t width, height;
  /// Column x of the result is column x + shift_x of the image, or of its mirror image; at most the width either way.
  ptrdiff_t shift_x, shift_y;
  bool flipped;
  /// Columns and rows of the result that become 0.
  ptrdiff_t blank_left, blank_right, blank_top, blank_bottom;
  /// Whether the numbers lie channel by channel, not pixel by pixel.
  bool planar;
} cpixels_tail;

/// An affine map in 16.16 fixed point: where the middle of the first pixel comes from, and the steps along x and y.
typedef struct cpixels_walk {
  int64_t start_x, start_y, step_x, step_y, row_x, row_y;
} cpixels_walk;

/// A projective map: where a place (x, y) comes from, (a x + b y + c) / w and (d x + e y + f) / w with w = g x + h y + 1.
typedef struct cpixels_projection {
  double a, b, c, d, e, f, g, h;
} cpixels_projection;

/// The largest whole radius of a box that `blur` takes.
#define CPIXELS_LARGEST_BOX 128

/// A box of pixels in a line: the whole ones to each side of the middle, the share of each in the mean, and of those beyond
/// them, in 2⁻²⁴.
typedef struct cpixels_box {
  ptrdiff_t radius;
  uint32_t inner, outer;
} cpixels_box;

/// The kernels of one set of instructions.
typedef struct cpixels_kernels {
  const char *_Nonnull name;
  /// Makes opaque pixels of interleaved RGB bytes.
  void (*_Nonnull load_rgb)(uint32_t *_Nonnull pixels, const uint8_t *_Nonnull rgb, ptrdiff_t count);
  /// Turns every colour c into 255 - c; opaque.
  void (*_Nonnull invert)(uint32_t *_Nonnull pixels, ptrdiff_t count);
  /// Keeps some bits of every pixel; opaque.
  void (*_Nonnull keep_bits)(uint32_t *_Nonnull pixels, ptrdiff_t count, uint32_t kept);
  /// Inverts colours from `lowest` on; opaque.
  void (*_Nonnull solarize)(uint32_t *_Nonnull pixels, ptrdiff_t count, uint8_t lowest);
  /// Replaces colours by three tables of 256 entries; opaque.
  void (*_Nonnull replace)(uint32_t *_Nonnull pixels, ptrdiff_t count, const uint8_t *_Nonnull tables);
  /// Mixes colours with one grey level.
  void (*_Nonnull mix_grey)(uint32_t *_Nonnull pixels, ptrdiff_t count, uint32_t grey, float factor);
  /// Mixes colours with the pixel's own grey.
  void (*_Nonnull mix_luma)(uint32_t *_Nonnull pixels, ptrdiff_t count, float factor);
  /// The sum of the pixels' greys.
  uint64_t (*_Nonnull sum_luma)(const uint32_t *_Nonnull pixels, ptrdiff_t count);
  /// Mixes an image with its smoothed version; at least 3×3.
  void (*_Nonnull sharpen)(const uint32_t *_Nonnull pixels, uint32_t *_Nonnull result, ptrdiff_t width,
                           ptrdiff_t height, float factor);
  /// Fills the three tables of AutoContrast, where the image will read them.
  void (*_Nonnull stretch_tables)(const uint32_t *_Nonnull pixels, ptrdiff_t count, uint8_t *_Nonnull tables);
  /// Fills the three tables of Equalize; `counts` holds 12 * 256 numbers. At most 2²² pixels.
  void (*_Nonnull equalize_tables)(const uint32_t *_Nonnull pixels, ptrdiff_t count, uint32_t *_Nonnull counts,
                                   uint8_t *_Nonnull tables);
  /// Moves row y sideways by (start + y * step) >> 16 pixels.
  void (*_Nonnull slide_rows)(const uint32_t *_Nonnull pixels, uint32_t *_Nonnull result, ptrdiff_t width,
                              ptrdiff_t height, int64_t start, int64_t step);
  /// Moves column x up by (start + x * step) >> 16 pixels.
  void (*_Nonnull slide_columns)(const uint32_t *_Nonnull pixels, uint32_t *_Nonnull result, ptrdiff_t width,
                                 ptrdiff_t height, int64_t start, int64_t step);
  /// Moves pixels by nearest neighbour; false, and nothing done, where 32-bit numbers cannot hold the walk.
  bool (*_Nonnull resample)(const uint32_t *_Nonnull pixels, uint32_t *_Nonnull result, ptrdiff_t width,
                            ptrdiff_t height, cpixels_walk walk);
  /// Replaces colours by one table of 256 entries; alpha stays.
  void (*_Nonnull replace_by_one)(uint32_t *_Nonnull pixels, ptrdiff_t count, const uint8_t *_Nonnull table);
  /// Gives every pixel its grey in all channels; alpha stays.
  void (*_Nonnull make_grey)(uint32_t *_Nonnull pixels, ptrdiff_t count);
  /// Takes R, G and B from other bits of the pixel; alpha stays.
  void (*_Nonnull pick_channels)(uint32_t *_Nonnull pixels, ptrdiff_t count, uint32_t red, uint32_t green, uint32_t blue);
  /// Adds a number in 0...255 to the hue of every pixel, a byte that overflows; alpha stays.
  void (*_Nonnull turn_hue)(uint32_t *_Nonnull pixels, ptrdiff_t count, uint32_t turn);
  /// Moves pixels by nearest neighbour under a projective map of the pixels' middles.
  void (*_Nonnull project)(const uint32_t *_Nonnull pixels, uint32_t *_Nonnull result, ptrdiff_t width, ptrdiff_t height,
                           cpixels_projection map);
  /// Crop, flip, Cutout, numbers out: width * height * 3 of them.
  void (*_Nonnull tail)(const uint32_t *_Nonnull pixels, float *_Nonnull output, const cpixels_tail *_Nonnull tail,
                        const cpixels_scaling *_Nonnull scaling);
  /// Smooths an image by the mean over a box, three times along rows and three times along columns; alpha stays.
  void (*_Nonnull blur)(uint32_t *_Nonnull pixels, uint32_t *_Nonnull spare, ptrdiff_t width, ptrdiff_t height,
                        cpixels_box box);
  /// Fills a rectangle with random colours; opaque.
  void (*_Nonnull fill_noise)(uint32_t *_Nonnull pixels, ptrdiff_t width, ptrdiff_t left, ptrdiff_t top,
                              ptrdiff_t columns, ptrdiff_t rows, uint64_t key);
  /// Adds to each colour the entry, of 1021, for the sum of four random bytes, kept in 0...255.
  void (*_Nonnull add_noise)(uint32_t *_Nonnull pixels, ptrdiff_t count, const int16_t *_Nonnull changes, uint64_t key);
  /// Luma of two rows of pixels, and the chroma of each 2×2 of them; the width is a multiple of 16.
  void (*_Nonnull to_planes)(const uint32_t *_Nonnull upper, const uint32_t *_Nonnull lower, uint8_t *_Nonnull upper_luma,
                             uint8_t *_Nonnull lower_luma, uint8_t *_Nonnull blue, uint8_t *_Nonnull red,
                             ptrdiff_t width);
  /// Rounds the numbers of JPEG's transform of 8×8 blocks in a row; 64 steps, then 64 factors that divide by them.
  void (*_Nonnull requantise)(uint8_t *_Nonnull bytes, ptrdiff_t stride, ptrdiff_t count, const int32_t *_Nonnull steps);
  /// Colours of a row of pixels from luma and the two nearest rows of chroma, which have one more byte at both ends; 16
  /// bytes beyond may be read. Alpha stays.
  void (*_Nonnull from_planes)(const uint8_t *_Nonnull luma, const uint8_t *_Nonnull near_blue,
                               const uint8_t *_Nonnull far_blue, const uint8_t *_Nonnull near_red,
                               const uint8_t *_Nonnull far_red, uint32_t *_Nonnull pixels, ptrdiff_t width);
} cpixels_kernels;

/// The kernels of a set of instructions by name, "neon", "avx2", "avx512" or "avx512vbmi"; NULL where this machine does not have it.
const cpixels_kernels *_Nullable cpixels_named(const char *_Nonnull name);
