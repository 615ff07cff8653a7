#pragma once

#include <png.h>
#include <string.h>

// libpng's simplified interface needs macros that Swift does not import; these four functions stand for them.

/// Reads the header of a PNG in memory. 0: `image->message` says why not.
static inline int cpng_begin_read(png_image *image, const void *bytes, size_t count) {
  memset(image, 0, sizeof *image);
  image->version = PNG_IMAGE_VERSION;
  return png_image_begin_read_from_memory(image, bytes, count);
}

/// Decodes the image as 8-bit RGBA, width x height x 4 bytes, and frees what libpng holds. 0: see `image->message`.
/// 16-bit files without a gamma entry count as sRGB, as viewers show them, not as linear light.
static inline int cpng_finish_read_rgba(png_image *image, void *pixels) {
  image->format = PNG_FORMAT_RGBA;
  image->flags |= PNG_IMAGE_FLAG_16BIT_sRGB;
  return png_image_finish_read(image, NULL, pixels, 0, NULL);
}

/// Describes an 8-bit image to be written; returns the most bytes its PNG can take, 0 when it cannot be a PNG.
static inline size_t cpng_describe(png_image *image, png_uint_32 width, png_uint_32 height, int alpha) {
  memset(image, 0, sizeof *image);
  image->version = PNG_IMAGE_VERSION;
  image->width = width;
  image->height = height;
  image->format = alpha ? PNG_FORMAT_RGBA : PNG_FORMAT_RGB;
  return PNG_IMAGE_PNG_SIZE_MAX(*image);
}

/// The text of the last error or warning.
static inline const char *cpng_message(const png_image *image) { return image->message; }
