#include "tiff_samples.h"

#include <stdlib.h>

/// A strip or a tile of each plane: samples that lie beside one another are one plane.
typedef struct block {
  uint8_t *planes[4];
  tmsize_t size;
  uint32_t width, height;
} block;

tiff_layout cimages_tiff_layout_of(TIFF *file) {
  tiff_layout layout = {0};
  uint16_t count = 0, *kinds = NULL;
  TIFFGetFieldDefaulted(file, TIFFTAG_SAMPLESPERPIXEL, &layout.samples);
  TIFFGetFieldDefaulted(file, TIFFTAG_BITSPERSAMPLE, &layout.bits);
  TIFFGetFieldDefaulted(file, TIFFTAG_SAMPLEFORMAT, &layout.format);
  TIFFGetFieldDefaulted(file, TIFFTAG_PLANARCONFIG, &layout.planar);
  TIFFGetFieldDefaulted(file, TIFFTAG_COMPRESSION, &layout.compression);
  TIFFGetFieldDefaulted(file, TIFFTAG_EXTRASAMPLES, &count, &kinds);
  layout.extra = count > 0 ? kinds[0] : EXTRASAMPLE_UNSPECIFIED;
  if (!TIFFGetField(file, TIFFTAG_PHOTOMETRIC, &layout.photometric))
    layout.photometric = layout.samples - count == 3 ? PHOTOMETRIC_RGB : PHOTOMETRIC_MINISBLACK;
  return layout;
}

static unsigned colours_of(const tiff_layout *layout) { return layout->photometric == PHOTOMETRIC_RGB ? 3 : 1; }

int cimages_tiff_has_plain_samples(const tiff_layout *layout) {
  int is_plain = layout->photometric == PHOTOMETRIC_RGB || layout->photometric == PHOTOMETRIC_MINISBLACK ||
      layout->photometric == PHOTOMETRIC_MINISWHITE;
  return is_plain && (layout->bits == 8 || layout->bits == 16);
}

/// One sample as 8 bits. The rounding of 16 bits is that of libtiff's own conversion, which differs for grey.
static inline unsigned sample_at(const tiff_layout *layout, const uint8_t *plane, size_t index) {
  int is_signed = layout->format == SAMPLEFORMAT_INT;
  if (layout->bits == 8) return plane[index] ^ (is_signed ? 0x80u : 0);
  unsigned wide = ((const uint16_t *)(const void *)plane)[index] ^ (is_signed ? 0x8000u : 0);
  return layout->photometric == PHOTOMETRIC_RGB ? (wide + 128) / 257 : wide >> 8;
}

/// Writes what a block has of the image.
static void paint_block(const tiff_layout *layout, const block *from, uint32_t left, uint32_t top, decoded_image *image) {
  unsigned colours = colours_of(layout);
  int is_planar = layout->planar == PLANARCONFIG_SEPARATE, is_inverted = layout->photometric == PHOTOMETRIC_MINISWHITE;
  int has_alpha = layout->samples > colours && layout->extra != EXTRASAMPLE_UNSPECIFIED;
  // Grey is left to be multiplied by who puts it on paper.
  int multiplies = has_alpha && layout->extra == EXTRASAMPLE_UNASSALPHA && colours == 3;
  for (uint32_t y = 0; y < from->height && top + y < image->height; y++) {
    uint8_t *pixel = image->pixels + ((size_t)(top + y) * image->width + left) * 4;
    for (uint32_t x = 0; x < from->width && left + x < image->width; x++, pixel += 4) {
      size_t place = (size_t)y * from->width + x;
      unsigned values[4] = {0, 0, 0, 255};
      for (unsigned sample = 0; sample < colours + (unsigned)has_alpha; sample++) {
        unsigned value = is_planar ? sample_at(layout, from->planes[sample], place)
                                   : sample_at(layout, from->planes[0], place * layout->samples + sample);
        values[sample == colours ? 3 : sample] = value;
      }
      if (is_inverted) values[0] = 255 - values[0];
      for (unsigned channel = 0; channel < 3; channel++) {
        unsigned value = values[colours == 3 ? channel : 0];
        pixel[channel] = (uint8_t)(multiplies ? (value * values[3] + 127) / 255 : value);
      }
      pixel[3] = (uint8_t)values[3];
    }
  }
}

/// Reads all planes of the strip or tile that begins at a pixel; 0 where the data are damaged.
static int read_block(TIFF *file, block *into, unsigned planes, uint32_t left, uint32_t top) {
  for (unsigned plane = 0; plane < planes; plane++) {
    uint16_t number = (uint16_t)plane;
    tmsize_t count = TIFFIsTiled(file)
        ? TIFFReadEncodedTile(file, TIFFComputeTile(file, left, top, 0, number), into->planes[plane], into->size)
        : TIFFReadEncodedStrip(file, TIFFComputeStrip(file, top, number), into->planes[plane], into->size);
    if (count < 0) return 0;
  }
  return 1;
}

decode_result cimages_tiff_read_samples(TIFF *file, const tiff_layout *layout, decoded_image *image) {
  unsigned colours = colours_of(layout), planes = layout->planar == PLANARCONFIG_SEPARATE ? layout->samples : 1;
  if (layout->samples < colours || planes > 4) return cimages_fail(image, "it has fewer samples than colours");
  block part = {.width = image->width};
  if (TIFFIsTiled(file)) {
    TIFFGetField(file, TIFFTAG_TILEWIDTH, &part.width);
    TIFFGetField(file, TIFFTAG_TILELENGTH, &part.height);
    part.size = TIFFTileSize(file);
  } else {
    TIFFGetFieldDefaulted(file, TIFFTAG_ROWSPERSTRIP, &part.height);
    if (part.height > image->height) part.height = image->height;
    part.size = TIFFStripSize(file);
  }
  uint64_t needed = (uint64_t)part.width * part.height * (layout->bits / 8) * (planes > 1 ? 1 : layout->samples);
  if (needed == 0 || part.size <= 0 || (uint64_t)part.size < needed)
    return cimages_fail(image, "its tiles or strips have no size that fits its pixels");
  // Zeroes: a damaged strip may fill less than it should.
  uint8_t *room = calloc(planes, (size_t)part.size);
  if (!room) return cimages_fail(image, "there is no memory for its tiles or strips");
  for (unsigned plane = 0; plane < planes; plane++) part.planes[plane] = room + plane * (size_t)part.size;
  int is_read = 1;
  for (uint64_t top = 0; top < image->height && is_read; top += part.height) {
    for (uint64_t left = 0; left < image->width && is_read; left += part.width) {
      is_read = read_block(file, &part, planes, (uint32_t)left, (uint32_t)top);
      if (is_read) paint_block(layout, &part, (uint32_t)left, (uint32_t)top, image);
    }
  }
  free(room);
  image->premultiplied = !(layout->extra == EXTRASAMPLE_UNASSALPHA && colours == 1);
  return is_read ? decode_done : cimages_fail(image, "the TIFF data is damaged or cut off");
}
