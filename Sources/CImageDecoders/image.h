#pragma once

#include "image_decoders.h"

/// Clears the result of a call.
void cimages_begin(decoded_image *image);

/// Notes the size and makes room for the pixels, unless they are more than `most_pixels`.
decode_result cimages_reserve(
    decoded_image *image, uint64_t width, uint64_t height, uint32_t channels, uint64_t most_pixels);

/// Keeps a reason and gives the pixels up.
decode_result cimages_fail(decoded_image *image, const char *reason);

/// Keeps what was found in a file that is whole but of a kind that is not read, and what to do about it: a constant.
decode_result cimages_refuse(decoded_image *image, const char *cure, const char *format, ...);
