#include <gif_lib.h>
#include <stdlib.h>
#include <string.h>

#include "image.h"

typedef struct source {
  const uint8_t *bytes;
  size_t left;
} source;

static int take(GifFileType *file, GifByteType *target, int wanted) {
  source *from = file->UserData;
  size_t count = (size_t)wanted < from->left ? (size_t)wanted : from->left;
  memcpy(target, from->bytes, count);
  from->bytes += count;
  from->left -= count;
  return (int)count;
}

/// Reads the next extension; the transparent colour's index goes to `transparent` if this is the one that has it.
static int read_extension(GifFileType *file, int *transparent) {
  int code;
  GifByteType *block;
  if (DGifGetExtension(file, &code, &block) == GIF_ERROR) return GIF_ERROR;
  GraphicsControlBlock control;
  // A block begins with its length.
  if (block && code == GRAPHICS_EXT_FUNC_CODE && DGifExtensionToGCB(block[0], block + 1, &control) == GIF_OK)
    *transparent = control.TransparentColor;
  while (block) {
    if (DGifGetExtensionNext(file, &block) == GIF_ERROR) return GIF_ERROR;
  }
  return GIF_OK;
}

/// Writes one line of colour numbers to the canvas; what lies outside of it is left out.
static void paint_line(
    decoded_image *image, const GifFileType *file, const ColorMapObject *map, const GifPixelType *line, int y,
    int transparent) {
  if (file->Image.Top + y >= (int)image->height) return;
  uint8_t *row = image->pixels + (size_t)(file->Image.Top + y) * image->width * 4;
  for (int x = 0; x < file->Image.Width && file->Image.Left + x < (int)image->width; x++) {
    uint8_t *pixel = row + (size_t)(file->Image.Left + x) * 4;
    if (line[x] == transparent) continue;
    GifColorType colour = {0, 0, 0};
    if (line[x] < map->ColorCount) colour = map->Colors[line[x]];
    pixel[0] = colour.Red;
    pixel[1] = colour.Green;
    pixel[2] = colour.Blue;
    pixel[3] = 255;
  }
}

static decode_result decode_frame(GifFileType *file, int transparent, uint64_t most_pixels, decoded_image *image) {
  int width = file->Image.Width, height = file->Image.Height;
  // Some writers leave the canvas empty and mean the size of the frame.
  int has_canvas = file->SWidth > 0 && file->SHeight > 0;
  decode_result room = cimages_reserve(
      image, (uint64_t)(has_canvas ? file->SWidth : width), (uint64_t)(has_canvas ? file->SHeight : height), 4,
      most_pixels);
  if (room != decode_done) return room;
  memset(image->pixels, 0, (size_t)image->width * image->height * 4);
  const ColorMapObject *map = file->Image.ColorMap ? file->Image.ColorMap : file->SColorMap;
  if (!map) return cimages_fail(image, "the GIF has no colours");
  if (width <= 0) return cimages_fail(image, "it has no pixels");
  GifPixelType *line = malloc((size_t)width);
  if (!line) return cimages_fail(image, "there is no memory for its pixels");
  static const int first[] = {0, 4, 2, 1}, step[] = {8, 8, 4, 2};
  int is_read = 1;
  for (int pass = 0; pass < (file->Image.Interlace ? 4 : 1) && is_read; pass++) {
    int start = file->Image.Interlace ? first[pass] : 0, distance = file->Image.Interlace ? step[pass] : 1;
    for (int y = start; y < height && is_read; y += distance) {
      is_read = DGifGetLine(file, line, width) == GIF_OK;
      if (is_read) paint_line(image, file, map, line, y, transparent);
    }
  }
  free(line);
  if (is_read) return decode_done;
  const char *reason = GifErrorString(file->Error);
  return cimages_fail(image, reason ? reason : "the GIF is damaged");
}

decode_result cimages_decode_gif(const uint8_t *bytes, size_t count, uint64_t most_pixels, decoded_image *image) {
  cimages_begin(image);
  source from = {bytes, count};
  int error = 0;
  GifFileType *file = DGifOpen(&from, take, &error);
  if (!file) {
    const char *reason = GifErrorString(error);
    return cimages_fail(image, reason ? reason : "the GIF is damaged");
  }
  decode_result result = decode_failed;
  int transparent = NO_TRANSPARENT_COLOR;
  GifRecordType type = UNDEFINED_RECORD_TYPE;
  while (DGifGetRecordType(file, &type) == GIF_OK && type == EXTENSION_RECORD_TYPE) {
    if (read_extension(file, &transparent) == GIF_ERROR) break;
  }
  if (type == IMAGE_DESC_RECORD_TYPE && DGifGetImageDesc(file) == GIF_OK) {
    result = decode_frame(file, transparent, most_pixels, image);
  } else {
    const char *reason = file->Error ? GifErrorString(file->Error) : NULL;
    cimages_fail(image, reason ? reason : "the GIF has no image");
  }
  DGifCloseFile(file, &error);
  return result;
}
