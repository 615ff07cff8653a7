#!/usr/bin/env python3
"""Writes the image files beside it with Pillow and numpy.

`blocks` are 16 x 12 pixels in 16 colours, `ramp` as many shades of grey, `shadow` the blocks with an alpha;
ImageDecodingTests.swift has the same formulas. A file `turned-N` stores the blocks so that orientation N makes them upright.
"""

import struct
from pathlib import Path

import numpy as np
from PIL import Image

HERE = Path(__file__).parent
WIDTH, HEIGHT = 16, 12
y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
column, row = x // 4, y // 3
BLOCKS = Image.fromarray(np.stack([column * 80, row * 70, (column * 4 + row) * 15], -1).astype(np.uint8))
RAMP = Image.fromarray((x * 15 + y).astype(np.uint8))
BITS = Image.fromarray(((column + row) % 2 * 255).astype(np.uint8)).convert("1")
ALPHA = Image.fromarray((x * 17).astype(np.uint8))
SHADOW = BLOCKS.copy()
SHADOW.putalpha(ALPHA)
RAMP_WITH_ALPHA = Image.merge("LA", [RAMP, ALPHA])
WIDE_RAMP = Image.fromarray(((x * 15 + y) * 257).astype(np.uint16))
PALETTE = BLOCKS.quantize(16)
OTHER = BLOCKS.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
# What turns an upright image into the one that is stored for an orientation.
STORING = {
    1: None,
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


def save(image: Image.Image, name: str, **options: object) -> None:
    image.save(HERE / name, **options)


for number, storing in STORING.items():
    stored = BLOCKS.transpose(storing) if storing is not None else BLOCKS
    exif = Image.Exif()
    exif[0x0112] = number
    save(stored, f"turned-{number}.jpg", exif=exif, quality=100, subsampling=0)
    save(stored, f"turned-{number}.png", exif=exif)
    save(stored, f"turned-{number}.webp", exif=exif, lossless=True)
    save(stored, f"turned-{number}.tif", tiffinfo={0x0112: number}, compression="tiff_lzw")

save(BLOCKS, "blocks.jpg", quality=100, subsampling=0)
save(BLOCKS, "blocks-progressive.jpg", quality=100, subsampling=0, progressive=True)
save(BLOCKS.convert("CMYK"), "blocks-cmyk.jpg", quality=100, subsampling=0)
save(RAMP, "ramp.jpg", quality=100)
save(BLOCKS, "blocks.png")
save(PALETTE, "blocks-palette.png")
save(RAMP, "ramp.png")
save(WIDE_RAMP, "ramp-16.png")
save(SHADOW, "shadow.png")
save(RAMP_WITH_ALPHA, "ramp-shadow.png")
save(BITS, "bits.png")
save(BLOCKS, "blocks.webp", lossless=True)
save(SHADOW, "shadow.webp", lossless=True, exact=True)
save(BLOCKS, "blocks-animated.webp", save_all=True, append_images=[OTHER], lossless=True)
save(PALETTE, "blocks.gif", interlace=0)
save(PALETTE, "blocks-interlaced.gif", interlace=1)
save(PALETTE, "blocks-animated.gif", save_all=True, append_images=[OTHER.quantize(16)])
save(BLOCKS, "blocks.bmp")
save(PALETTE, "blocks-palette.bmp")
save(RAMP, "ramp.bmp")
save(BITS, "bits.bmp")
save(SHADOW, "blocks-32.bmp")  # Pillow leaves the alpha's meaning open there, and readers pass it over
# The fourth version of the header says which bits are the alpha.
masks = struct.pack("<4I", 0x00FF0000, 0x0000FF00, 0x000000FF, 0xFF000000)
header = struct.pack("<IiiHHIIiiII", 108, WIDTH, -HEIGHT, 1, 32, 3, 0, 0, 0, 0, 0) + masks + bytes(52)
pixels = np.asarray(SHADOW)[..., [2, 1, 0, 3]].tobytes()
file_header = struct.pack("<2sIHHI", b"BM", 14 + len(header) + len(pixels), 0, 0, 14 + len(header))
(HERE / "shadow.bmp").write_bytes(file_header + header + pixels)
for compression in (None, "tiff_lzw", "tiff_adobe_deflate", "packbits"):
    save(BLOCKS, f"blocks-{compression or 'plain'}.tif", compression=compression)
save(PALETTE, "blocks-palette.tif")
save(RAMP, "ramp.tif")
save(WIDE_RAMP, "ramp-16.tif")
save(SHADOW, "shadow.tif")
save(RAMP_WITH_ALPHA, "ramp-shadow.tif")
save(BITS, "bits-group4.tif", compression="group4")
save(BLOCKS, "blocks.ppm")
save(RAMP, "ramp.pgm")
save(BITS, "bits.pbm")
(HERE / "ramp-16.pgm").write_bytes(b"P5\n16 12\n65535\n" + np.asarray(WIDE_RAMP).astype(">u2").tobytes())
numbers = " ".join(str(value) for value in np.asarray(BLOCKS).ravel())
(HERE / "blocks-text.ppm").write_text(f"P3 # colours\n16 12\n255\n{numbers}\n")
(HERE / "ramp-text.pgm").write_text("P2\n16 12 255\n" + " ".join(str(v) for v in np.asarray(RAMP).ravel()))
(HERE / "bits-text.pbm").write_text("P1\n16 12\n" + "".join("01"[int(v == 0)] for v in np.asarray(BITS).astype(int).ravel()))
