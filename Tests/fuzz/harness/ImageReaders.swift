import ImageFiles
import Images

/// Images of more pixels are left out: they are read as well, but cost a second each.
private let mostPixels = 1 << 16

/// The image formats, each by itself, so that inputs do not wander from one to another.
let imageReaders = [
  ("jpeg", ImageFormat.jpeg), ("webp", .webp), ("gif", .gif), ("tiff", .tiff), ("png", .png), ("bmp", .bmp),
  ("pnm", .pnm),
].map { name, format in
  Reader(name) { bytes in
    guard ImageFormat(of: bytes) == format else { return }
    // The size in the header; where there is none, the file is damaged and decoding must say so.
    let encoded = try EncodedImage(bytes, name: "input")
    if let count = encoded.pixelCount, count > mostPixels { return }
    let image = try encoded.decoded()
    precondition(image.pixels.count == image.width * image.height * 3, "pixels that do not fill the image")
  }
}

/// numpy's arrays.
let arrayReaders = [
  Reader("npy") { bytes in
    let array = try NPYArray(npy: bytes, name: "input")
    let again = try NPYArray(npy: array.npy, name: "again")
    precondition(again == array, "an array that changes when it is written and read again")
    _ = try array.images(name: "input")
  }
]
