#pragma once

#include <tiffio.h>

#include "image.h"

/// How the samples of a TIFF's first page stand for colours.
typedef struct tiff_layout {
  uint16_t photometric, samples, bits, format, planar, compression;
  /// EXTRASAMPLE_ASSOCALPHA or EXTRASAMPLE_UNASSALPHA where the sample after the colours is said to be alpha, else
  /// EXTRASAMPLE_UNSPECIFIED: near infrared, for one.
  uint16_t extra;
} tiff_layout;

tiff_layout cimages_tiff_layout_of(TIFF *file);

/// Whether the pixels are grey or RGB in 8 or 16 bits: what `cimages_tiff_read_samples` reads.
int cimages_tiff_has_plain_samples(const tiff_layout *layout);

/// Reads grey or RGB of 8 or 16 bits, with or without sign, into the RGBA pixels that were reserved.
///
/// Values with a sign are mapped in their order: the lowest is black, the highest white.
decode_result cimages_tiff_read_samples(TIFF *file, const tiff_layout *layout, decoded_image *image);
