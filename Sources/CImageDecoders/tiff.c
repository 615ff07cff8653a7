#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <tiffio.h>

#include "image.h"

typedef struct source {
  const uint8_t *bytes;
  uint64_t count;
  uint64_t position;
} source;

static tmsize_t take(thandle_t handle, void *target, tmsize_t wanted) {
  source *from = handle;
  if (wanted < 0 || from->position > from->count) return 0;
  uint64_t left = from->count - from->position;
  tmsize_t count = (uint64_t)wanted < left ? wanted : (tmsize_t)left;
  memcpy(target, from->bytes + from->position, (size_t)count);
  from->position += (uint64_t)count;
  return count;
}

static tmsize_t refuse(thandle_t handle, void *bytes, tmsize_t count) {
  (void)handle, (void)bytes, (void)count;
  return 0;
}

static toff_t seek(thandle_t handle, toff_t offset, int whence) {
  source *from = handle;
  uint64_t base = whence == SEEK_SET ? 0 : whence == SEEK_CUR ? from->position : from->count;
  from->position = base + offset;
  return from->position;
}

static int close_nothing(thandle_t handle) {
  (void)handle;
  return 0;
}

static toff_t size(thandle_t handle) { return ((source *)handle)->count; }

// libtiff of before 2023 knows one error handler for all files; the thread tells which call it is about.
static _Thread_local decoded_image *current;

static void keep_message(const char *module, const char *format, va_list values) {
  (void)module;
  if (current && current->message[0] == 0) vsnprintf(current->message, sizeof current->message, format, values);
}

static void set_handlers(void) {
  TIFFSetErrorHandler(keep_message);
  TIFFSetWarningHandler(NULL);
}

static decode_result decode(TIFF *file, uint64_t most_pixels, decoded_image *image) {
  char reason[1024] = "";
  uint32_t width = 0, height = 0;
  uint16_t orientation = ORIENTATION_TOPLEFT;
  TIFFGetField(file, TIFFTAG_IMAGEWIDTH, &width);
  TIFFGetField(file, TIFFTAG_IMAGELENGTH, &height);
  TIFFGetFieldDefaulted(file, TIFFTAG_ORIENTATION, &orientation);
  if (orientation < 1 || orientation > 8) orientation = ORIENTATION_TOPLEFT;
  // The room for a tile or a strip is made from its own size, which may be hostile while the image is small.
  uint64_t piece = TIFFIsTiled(file) ? TIFFTileSize64(file) : TIFFStripSize64(file);
  if (piece / 8 > most_pixels) return image_fail(image, "its tiles or strips are too large");
  decode_result room = image_reserve(image, width, height, 4, most_pixels);
  if (room != decode_done) return room;
  TIFFRGBAImage reader;
  if (!TIFFRGBAImageOK(file, reason) || !TIFFRGBAImageBegin(&reader, file, 1, reason))
    return image_fail(image, reason[0] ? reason : "this kind of TIFF is not read");
  // As it is stored: asked for its own orientation, libtiff turns nothing.
  reader.req_orientation = orientation;
  int is_read = TIFFRGBAImageGet(&reader, (uint32_t *)image->pixels, width, height);
  // libtiff multiplies colours by their alpha, but not grey.
  image->premultiplied = reader.samplesperpixel != 2 || reader.alpha != EXTRASAMPLE_UNASSALPHA;
  TIFFRGBAImageEnd(&reader);
  if (!is_read) return image_fail(image, "the TIFF data is damaged or cut off");
  image->orientation = orientation;
  return decode_done;
}

decode_result decode_tiff(const uint8_t *bytes, size_t count, uint64_t most_pixels, decoded_image *image) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, set_handlers);
  image_begin(image);
  source from = {bytes, count, 0};
  current = image;
  // m: no memory map. The name appears in no message.
  TIFF *file = TIFFClientOpen("", "rm", &from, take, refuse, seek, close_nothing, size, NULL, NULL);
  decode_result result = file ? decode(file, most_pixels, image) : image_fail(image, "the TIFF is damaged");
  if (file) TIFFClose(file);
  current = NULL;
  return result;
}
