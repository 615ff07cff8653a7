#include "image.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void (*tell)(bool begins);

void cimages_tell_of_decoding(void (*function)(bool begins)) { tell = function; }

decode_result cimages_decode(
    image_decoder decoder, const uint8_t *bytes, size_t count, uint64_t most_pixels, decoded_image *image) {
  if (tell != NULL) tell(true);
  const decode_result result = decoder(bytes, count, most_pixels, image);
  if (tell != NULL) tell(false);
  return result;
}

void cimages_begin(decoded_image *image) {
  memset(image, 0, sizeof *image);
  image->orientation = 1;
}

decode_result cimages_reserve(
    decoded_image *image, uint64_t width, uint64_t height, uint32_t channels, uint64_t most_pixels) {
  image->width = (uint32_t)width;
  image->height = (uint32_t)height;
  image->channels = channels;
  if (width == 0 || height == 0) return cimages_fail(image, "it has no pixels");
  if (width > most_pixels / height) return decode_too_large;
  image->pixels = malloc((size_t)(width * height) * channels);
  return image->pixels ? decode_done : cimages_fail(image, "there is no memory for its pixels");
}

decode_result cimages_fail(decoded_image *image, const char *reason) {
  cimages_free(image);
  // A library may have left its own words, which are better.
  if (image->message[0] == 0) strncpy(image->message, reason, sizeof image->message - 1);
  return decode_failed;
}

decode_result cimages_refuse(decoded_image *image, const char *cure, const char *format, ...) {
  cimages_free(image);
  va_list values;
  va_start(values, format);
  vsnprintf(image->message, sizeof image->message, format, values);
  va_end(values);
  image->cure = cure;
  return decode_failed;
}

void cimages_free(decoded_image *image) {
  free(image->pixels);
  image->pixels = NULL;
}
