#pragma once

#include <stddef.h>

// One SVG drawing to pixels by librsvg and cairo. Both are loaded when the first drawing is asked for, so that a program
// that makes no such picture runs without them.

/// How the attempt ended.
typedef enum {
  CVG_DRAWN,
  /// The libraries are not there.
  CVG_NO_LIBRARY,
  /// The system has no memory for the libraries or the picture.
  CVG_NO_MEMORY,
  /// The library refused the drawing; the message is its own.
  CVG_REFUSED,
} cvg_end;

/// Draws an SVG file of `count` bytes, scaled to `width` times `height` pixels, into `rgba`: four bytes a pixel, red,
/// green, blue and alpha, not premultiplied. Where it does not succeed, `message` says why.
cvg_end cvg_draw(
    const char *svg, size_t count, int width, int height, unsigned char *rgba, char *message, size_t message_size);
