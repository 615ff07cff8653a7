#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Four system libraries behind one kind of call: bytes of a file in, pixels out. Errors are values. Nothing jumps out of
// these functions, nothing is printed, nothing is shared between threads.

#ifdef __cplusplus
extern "C" {
#endif

/// What came of decoding.
typedef enum decode_result {
  /// The pixels are there.
  decode_done = 0,
  /// `message` says why not.
  decode_failed = 1,
  /// The header asks for more than `most_pixels`; `width` and `height` say how many. No room was made for them.
  decode_too_large = 2,
} decode_result;

/// A decoded image, 8 bits per channel, row by row.
typedef struct decoded_image {
  /// `width * height * channels` bytes, to be freed with `cimages_free`.
  uint8_t *pixels;
  uint32_t width;
  uint32_t height;
  /// 3: RGB. 4: RGBA.
  uint32_t channels;
  /// 1: the colours of RGBA are multiplied by their alpha already.
  uint32_t premultiplied;
  /// TIFF's own orientation, 1 to 8; 1 for the other formats.
  uint32_t orientation;
  /// What failed.
  char message[256];
  /// What to do about a whole file of a kind that is not read; null for one that is damaged. A constant.
  const char *cure;
} decoded_image;

/// A function that decodes one format; it may make room for at most so many pixels.
typedef decode_result (*image_decoder)(const uint8_t *bytes, size_t count, uint64_t most_pixels, decoded_image *image);

/// Calls a decoder.
decode_result cimages_decode(
  image_decoder decoder, const uint8_t *bytes, size_t count, uint64_t most_pixels, decoded_image *image);

/// Has `tell` called before a decoder, with true, and after it, with false, by the thread that decodes. Decoders ask for as
/// much memory as a file says, and its refusal is the file's fault: a program whose other parts need all that they ask for
/// knows by this which is which. To be called before anything is decoded.
void cimages_tell_of_decoding(void (*tell)(bool begins));

decode_result cimages_decode_jpeg(const uint8_t *bytes, size_t count, uint64_t most_pixels, decoded_image *image);
decode_result cimages_decode_webp(const uint8_t *bytes, size_t count, uint64_t most_pixels, decoded_image *image);
/// The first frame.
decode_result cimages_decode_gif(const uint8_t *bytes, size_t count, uint64_t most_pixels, decoded_image *image);
/// The first page, as it is stored: not yet turned by its orientation.
decode_result cimages_decode_tiff(const uint8_t *bytes, size_t count, uint64_t most_pixels, decoded_image *image);

/// Frees the pixels; an image without them is no error.
void cimages_free(decoded_image *image);

#ifdef __cplusplus
}
#endif
