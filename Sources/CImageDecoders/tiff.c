#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <tiffio.h>

#include "image.h"
#include "tiff_samples.h"

/// A tile may have so many more pixels than the image, most of them beside it.
enum { most_pixels_beside = 1 << 22 };

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

static toff_t seek(thandle_t handle, toff_t offset, int origin) {
  source *from = handle;
  uint64_t base = origin == SEEK_SET ? 0 : origin == SEEK_CUR ? from->position : from->count;
  from->position = base + offset;
  return from->position;
}

static int close_nothing(thandle_t handle) {
  (void)handle;
  return 0;
}

static toff_t size(thandle_t handle) { return ((source *)handle)->count; }

// libtiff of before 2023 knows one error handler for all files; the thread says which call it is about.
static _Thread_local decoded_image *current;

static void keep_message(const char *module, const char *format, va_list values) {
  (void)module;
  if (current && current->message[0] == 0) vsnprintf(current->message, sizeof current->message, format, values);
}

static void set_handlers(void) {
  TIFFSetErrorHandler(keep_message);
  TIFFSetWarningHandler(NULL);
}

static const char *const other_depth = "convert it to 8 or 16 bits", *const other_kind =
    "convert it to grey or RGB of 8 or 16 bits, or leave it out";

/// Refuses what would be read as something else than it is.
static decode_result check(const tiff_layout *layout, decoded_image *image) {
  unsigned bits = layout->bits, samples = layout->samples;
  const char *kind = layout->format == SAMPLEFORMAT_INT ? "with sign"
      : layout->format == SAMPLEFORMAT_IEEEFP             ? "floating point"
      : layout->format > SAMPLEFORMAT_VOID                ? "complex"
                                                          : "without sign";
  int is_whole = layout->format <= SAMPLEFORMAT_INT || layout->format == SAMPLEFORMAT_VOID;
  if (!is_whole || (bits != 1 && bits != 2 && bits != 4 && bits != 8 && bits != 16))
    return cimages_refuse(
        image, other_depth, "found samples of %u bits (%s), expected whole numbers of at most 16 bits", bits, kind);
  unsigned colours = layout->photometric == PHOTOMETRIC_RGB ? 3
      : layout->photometric == PHOTOMETRIC_SEPARATED        ? 4
      : layout->photometric <= PHOTOMETRIC_MINISBLACK       ? 1
                                                            : 0;
  if (colours > 0 && (samples > colours + (colours != 4) || samples < colours))
    return cimages_refuse(
        image, "save those that stand for colours as grey or RGB",
        "found %u bands, expected grey or RGB with at most one more, or CMYK", samples);
  if (!TIFFIsCODECConfigured(layout->compression))
    return cimages_refuse(
        image, "save it without compression, or with LZW or deflate", "found the compression %u, which libtiff lacks",
        layout->compression);
  if (layout->format == SAMPLEFORMAT_INT && !cimages_tiff_has_plain_samples(layout))
    return cimages_refuse(image, other_kind, "found samples of %u bits with sign, expected grey or RGB of 8 or 16", bits);
  return decode_done;
}

/// Refuses an image of which a strip or a tile is not in the file: libtiff would read the file's own head in its place.
static decode_result check_pieces(TIFF *file, decoded_image *image) {
  enum { head_of_file = 8 };
  const uint32_t count = TIFFIsTiled(file) ? TIFFNumberOfTiles(file) : TIFFNumberOfStrips(file);
  for (uint32_t piece = 0; piece < count; piece++) {
    if (TIFFGetStrileOffset(file, piece) < head_of_file || TIFFGetStrileByteCount(file, piece) == 0)
      return cimages_fail(image, TIFFIsTiled(file) ? "one of its tiles is missing" : "one of its strips is missing");
  }
  return decode_done;
}

/// Reads palettes, few bits, CMYK, YCbCr and CIELab by libtiff's own conversion.
static decode_result convert(TIFF *file, decoded_image *image) {
  char reason[1024] = "";
  TIFFRGBAImage reader;
  if (!TIFFRGBAImageOK(file, reason) || !TIFFRGBAImageBegin(&reader, file, 1, reason))
    return cimages_refuse(image, other_kind, "%s", reason[0] ? reason : "this kind of TIFF is not read");
  // As it is stored: asked for its own orientation, libtiff turns nothing.
  reader.req_orientation = reader.orientation;
  int is_read = TIFFRGBAImageGet(&reader, (uint32_t *)(void *)image->pixels, image->width, image->height);
  image->premultiplied = 1;
  TIFFRGBAImageEnd(&reader);
  return is_read ? decode_done : cimages_fail(image, "the TIFF data is damaged or cut off");
}

static decode_result decode(TIFF *file, uint64_t most_pixels, decoded_image *image) {
  uint32_t width = 0, height = 0;
  uint16_t orientation = ORIENTATION_TOPLEFT;
  TIFFGetField(file, TIFFTAG_IMAGEWIDTH, &width);
  TIFFGetField(file, TIFFTAG_IMAGELENGTH, &height);
  TIFFGetFieldDefaulted(file, TIFFTAG_ORIENTATION, &orientation);
  if (orientation < 1 || orientation > 8) orientation = ORIENTATION_TOPLEFT;
  tiff_layout layout = cimages_tiff_layout_of(file);
  decode_result result = check(&layout, image);
  if (result != decode_done) return result;
  result = cimages_reserve(image, width, height, 4, most_pixels);
  if (result != decode_done) return result;
  // The room for a tile or a strip is made from its own size, which may be hostile while the image is small.
  uint64_t piece = TIFFIsTiled(file) ? TIFFTileSize64(file) : TIFFStripSize64(file);
  uint64_t pixels = (uint64_t)width * height;
  if (piece / 8 > (pixels > most_pixels_beside ? pixels : most_pixels_beside))
    return cimages_fail(image, "its tiles or strips are too large");
  result = check_pieces(file, image);
  if (result != decode_done) return result;
  result = cimages_tiff_has_plain_samples(&layout) ? cimages_tiff_read_samples(file, &layout, image) : convert(file, image);
  if (result == decode_done) image->orientation = orientation;
  return result;
}

decode_result cimages_decode_tiff(const uint8_t *bytes, size_t count, uint64_t most_pixels, decoded_image *image) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, set_handlers);
  cimages_begin(image);
  source from = {bytes, count, 0};
  current = image;
  // m: no memory map. The name appears in no message.
  TIFF *file = TIFFClientOpen("", "rm", &from, take, refuse, seek, close_nothing, size, NULL, NULL);
  decode_result result = file ? decode(file, most_pixels, image) : cimages_fail(image, "the TIFF is damaged");
  if (file) TIFFClose(file);
  current = NULL;
  return result;
}
