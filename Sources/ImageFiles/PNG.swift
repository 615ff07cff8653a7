import CPNG
import Files
import Images

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// More pixels than this are taken for a damaged or hostile header: 2^28, one gibibyte of RGBA.
///
/// Twice as many as of a photograph in a folder, since `pba apply` has one image in memory, and a folder many at a time.
private let mostPixels = 1 << 28

/// Reads a PNG file of any colour type and depth as 8-bit RGBA.
///
/// Grey is repeated into the three colours, palettes are resolved, a missing alpha is opaque, 16 bits become 8.
/// What a file says of its colour space is ignored, as Pillow does: the numbers are taken as they stand.
public func readPNG(_ path: String) throws -> RGBAImage {
  try readPNG(readBytes(path), name: path)
}

/// Reads a PNG held in memory; `name` stands for the file in errors.
public func readPNG(_ bytes: [UInt8], name: String) throws -> RGBAImage {
  let cure = "give a whole PNG file"
  let bytes = withoutRemarks(bytes)
  var image = png_image()
  // libpng keeps a pointer to the bytes between its two calls, so both happen while they stay in place.
  return try bytes.withUnsafeBytes { source in
    guard let start = source.baseAddress, cpng_begin_read(&image, start, source.count) != 0 else {
      let problem = bytes.isEmpty ? "found an empty file" : "libpng says: \(message(of: &image))"
      throw ImageFileError(file: name, problem: problem, cure: cure)
    }
    let (width, height) = (Int(image.width), Int(image.height))
    guard width * height <= mostPixels else {
      png_image_free(&image)
      throw ImageFileError(
        file: name, problem: "found \(width) × \(height) pixels, expected at most \(mostPixels) in all",
        cure: "scale the image down")
    }
    let pixels = try [UInt8](unsafeUninitializedCapacity: width * height * 4) { buffer, count in
      guard cpng_finish_read_rgba(&image, buffer.baseAddress) != 0 else {
        throw ImageFileError(file: name, problem: "libpng says: \(message(of: &image))", cure: cure)
      }
      count = width * height * 4
    }
    return RGBAImage(width: width, height: height, pixels: pixels)
  }
}

/// The file without the chunks that say nothing of its pixels as they stand (PNG specification, 11.3).
///
/// By some libpng would convert the colours; of others it makes room for as many bytes as they claim to have. A file that is
/// no series of chunks keeps its rest; libpng says what is wrong with it.
private func withoutRemarks(_ bytes: [UInt8]) -> [UInt8] {
  let signature = 8
  var kept = Array(bytes.prefix(signature))
  kept.reserveCapacity(bytes.count)
  var place = kept.count
  // A chunk: four bytes of length, four of type, the data, four of checksum. A small first letter marks a chunk that a reader
  // may pass over; of these only the transparent colours count.
  func isRemark() -> Bool {
    bytes[place + 4] & 0x20 != 0 && !bytes[place + 4..<place + 8].elementsEqual("tRNS".utf8)
  }
  while place + 12 <= bytes.count {
    let length = bytes[place..<place + 4].reduce(0) { $0 << 8 | Int($1) }
    let isWhole = length <= bytes.count - place - 12
    let end = isWhole ? place + 12 + length : bytes.count
    if !isRemark() { kept += bytes[place..<end] }
    place = end
  }
  // What is cut off before its data claims a length all the same.
  if place + 8 <= bytes.count, isRemark() { return kept }
  return kept + bytes[place...]
}

/// Whether a PNG file has an alpha channel of its own, opaque or not.
///
/// Tells colour types 4 and 6 of the header (PNG specification, 11.2.1); transparent palette entries do not count.
public func pngHasAlphaChannel(_ path: String) throws -> Bool {
  let bytes = try readBytes(path)
  let colorType = 25
  return bytes.count > colorType && bytes[colorType] & 4 != 0
}

/// Writes an image as an 8-bit PNG: RGBA, or RGB with the alpha left out.
///
/// The file appears under `path` only when it is complete, and replaces one of that name.
public func writePNG(_ image: RGBAImage, to path: String, keepAlpha: Bool) throws {
  try AtomicFile.write(Data(encodePNG(image, name: path, keepAlpha: keepAlpha)), to: path)
}

/// The bytes of an image's PNG file; `name` stands for the file in errors.
public func encodePNG(_ image: RGBAImage, name: String, keepAlpha: Bool) throws -> [UInt8] {
  var description = png_image()
  guard let width = UInt32(exactly: image.width), let height = UInt32(exactly: image.height),
    width > 0, height > 0, image.width * image.height <= mostPixels
  else {
    throw ImageFileError(
      file: name,
      problem: "found an image of \(image.width) × \(image.height) pixels, "
        + "expected 1 to \(mostPixels) pixels in all", cure: "choose another size")
  }
  let capacity = cpng_describe(&description, width, height, keepAlpha ? 1 : 0)
  let pixels = keepAlpha ? image.pixels : droppingAlpha(image.pixels)
  return try [UInt8](unsafeUninitializedCapacity: capacity) { buffer, count in
    var size = capacity
    guard png_image_write_to_memory(&description, buffer.baseAddress, &size, 0, pixels, 0, nil) != 0 else {
      throw ImageFileError(
        file: name, problem: "libpng says: \(message(of: &description))", cure: "report this as a fault")
    }
    count = size
  }
}

extension ImageDecoder {
  static let png = ImageDecoder(
    recognises: { $0.has([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A], at: 0) },
    size: { pngSize($0) },
    decode: { file, name in try decodePNG(file, name) })
}

/// The header's first fields always are width and height.
private func pngSize(_ file: [UInt8]) -> (width: Int, height: Int)? {
  let view = ByteView(file[...])
  guard let width = view.number(at: 16, bytes: 4, .big), let height = view.number(at: 20, bytes: 4, .big)
  else { return nil }
  return (width, height)
}

private func decodePNG(_ file: [UInt8], _ name: String) throws -> RGBImage {
  if let (width, height) = pngSize(file), width > 0, height > 0, !isAcceptable(width: width, height: height) {
    throw tooLarge(name, width: width, height: height)
  }
  let image = try readPNG(file, name: name)
  let rgb = image.pixels.withUnsafeBufferPointer { onPaper($0, premultiplied: false) }
  return RGBImage(width: image.width, height: image.height, pixels: rgb).turned(pngOrientation(of: file))
}

private func message(of image: inout png_image) -> String {
  String(cString: cpng_message(&image))
}
