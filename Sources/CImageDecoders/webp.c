#include <string.h>

#include <webp/decode.h>
#include <webp/demux.h>

#include "image.h"

static const char *const damaged = "the WebP data is damaged or cut off";

/// The first picture of an animation, on the whole canvas.
static decode_result decode_first_frame(const uint8_t *bytes, size_t count, decoded_image *image) {
  WebPAnimDecoderOptions options;
  if (!WebPAnimDecoderOptionsInit(&options)) return cimages_fail(image, "another libwebp is installed than was built for");
  options.color_mode = MODE_RGBA;
  WebPData data = {bytes, count};
  WebPAnimDecoder *decoder = WebPAnimDecoderNew(&data, &options);
  WebPAnimInfo info;
  uint8_t *frame = NULL;
  int time = 0;
  int is_read = decoder && WebPAnimDecoderGetInfo(decoder, &info) && info.canvas_width == image->width &&
      info.canvas_height == image->height && WebPAnimDecoderGetNext(decoder, &frame, &time);
  if (is_read) memcpy(image->pixels, frame, (size_t)image->width * image->height * 4);
  WebPAnimDecoderDelete(decoder);
  return is_read ? decode_done : cimages_fail(image, damaged);
}

decode_result cimages_decode_webp(const uint8_t *bytes, size_t count, uint64_t most_pixels, decoded_image *image) {
  cimages_begin(image);
  WebPBitstreamFeatures features;
  if (WebPGetFeatures(bytes, count, &features) != VP8_STATUS_OK) return cimages_fail(image, damaged);
  uint32_t channels = features.has_alpha || features.has_animation ? 4 : 3;
  decode_result room = cimages_reserve(image, (uint64_t)features.width, (uint64_t)features.height, channels, most_pixels);
  if (room != decode_done) return room;
  if (features.has_animation) return decode_first_frame(bytes, count, image);
  size_t stride = (size_t)image->width * channels, size = stride * image->height;
  uint8_t *pixels = channels == 4 ? WebPDecodeRGBAInto(bytes, count, image->pixels, size, (int)stride)
                                  : WebPDecodeRGBInto(bytes, count, image->pixels, size, (int)stride);
  return pixels ? decode_done : cimages_fail(image, damaged);
}
