#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>

#include <jerror.h>

#include "image.h"

/// A progressive file may repeat its scans at almost no cost in bytes, each costing the time of a whole image.
enum { most_scans = 200 };

typedef struct failure {
  struct jpeg_error_mgr base;
  jmp_buf escape;
  decoded_image *image;
  /// Whether pixels are missing, though libjpeg continued with invented ones.
  int is_damaged;
} failure;

static void keep_message(j_common_ptr codec, decoded_image *image) {
  char text[JMSG_LENGTH_MAX];
  codec->err->format_message(codec, text);
  strncpy(image->message, text, sizeof image->message - 1);
}

static void escape(j_common_ptr codec) {
  failure *failed = (failure *)codec->err;
  keep_message(codec, failed->image);
  switch (codec->err->msg_code) {
    // The file may be whole; libjpeg was built without what it needs.
    case JERR_BAD_PRECISION:
    case JERR_SOF_UNSUPPORTED:
    case JERR_ARITH_NOTIMPL:
    case JERR_CONVERSION_NOTIMPL:
      failed->image->cure = "save it as JPEG of 8 bits in grey, RGB or CMYK, or as PNG";
  }
  longjmp(failed->escape, 1);
}

static void warn(j_common_ptr codec, int level) {
  failure *failed = (failure *)codec->err;
  if (level >= 0 || failed->is_damaged) return;
  switch (codec->err->msg_code) {
    case JWRN_JPEG_EOF:
    case JWRN_HIT_MARKER:
    case JWRN_HUFF_BAD_CODE:
    case JWRN_ARITH_BAD_CODE:
    case JWRN_MUST_RESYNC:
      failed->is_damaged = 1;
      keep_message(codec, failed->image);
  }
}

static void print_nothing(j_common_ptr codec) { (void)codec; }

static void watch_scans(j_common_ptr codec) {
  if (((j_decompress_ptr)codec)->input_scan_number <= most_scans) return;
  failure *failed = (failure *)codec->err;
  snprintf(failed->image->message, sizeof failed->image->message, "it has more than %d scans", most_scans);
  longjmp(failed->escape, 1);
}

/// (a · b) / 255, rounded.
static inline unsigned scaled(unsigned a, unsigned b) {
  unsigned product = a * b + 128;
  return ((product >> 8) + product) >> 8;
}

/// Turns a row of CMYK, stored as Adobe does with 255 for no ink, into RGB.
static void paint_row(const JSAMPLE *inks, uint8_t *rgb, unsigned width) {
  for (unsigned x = 0; x < width; x++, inks += 4, rgb += 3) {
    unsigned light = inks[3];
    for (int channel = 0; channel < 3; channel++) rgb[channel] = (uint8_t)(light - scaled(255 - inks[channel], light));
  }
}

decode_result cimages_decode_jpeg(const uint8_t *bytes, size_t count, uint64_t most_pixels, decoded_image *image) {
  struct jpeg_decompress_struct codec;
  struct jpeg_progress_mgr progress = {.progress_monitor = watch_scans};
  failure failed = {.image = image};
  cimages_begin(image);
  codec.err = jpeg_std_error(&failed.base);
  failed.base.error_exit = escape;
  failed.base.emit_message = warn;
  failed.base.output_message = print_nothing;
  if (setjmp(failed.escape)) {
    jpeg_destroy_decompress(&codec);
    return cimages_fail(image, "it is damaged");
  }
  jpeg_create_decompress(&codec);
  codec.progress = &progress;
  jpeg_mem_src(&codec, (unsigned char *)bytes, count);
  jpeg_read_header(&codec, TRUE);
  int has_ink = codec.num_components == 4;
  decode_result room = cimages_reserve(image, codec.image_width, codec.image_height, 3, most_pixels);
  if (room != decode_done) {
    jpeg_destroy_decompress(&codec);
    return room;
  }
  codec.out_color_space = has_ink ? JCS_CMYK : JCS_RGB;
  jpeg_start_decompress(&codec);
  // libjpeg's own pool: it goes with the codec, whichever way this ends.
  JSAMPARRAY inks = has_ink
      ? codec.mem->alloc_sarray((j_common_ptr)&codec, JPOOL_IMAGE, codec.output_width * 4, 1)
      : NULL;
  while (codec.output_scanline < codec.output_height) {
    JSAMPROW row = image->pixels + (size_t)codec.output_scanline * image->width * 3;
    if (has_ink) {
      jpeg_read_scanlines(&codec, inks, 1);
      paint_row(inks[0], row, image->width);
    } else {
      jpeg_read_scanlines(&codec, &row, 1);
    }
  }
  jpeg_finish_decompress(&codec);
  jpeg_destroy_decompress(&codec);
  return failed.is_damaged ? cimages_fail(image, "it is damaged") : decode_done;
}
