import CImageDecoders

/// More pixels than this are taken for a damaged or hostile header: 2^27, a square of 11,585.
let mostPixelsOfAPhotograph = 1 << 27

/// Decodes an image file of any known format as 8-bit RGB, turned upright.
///
/// The format is recognised by the content. Grey is repeated into the three colours, palettes are resolved, 16 bits become
/// 8, CMYK becomes RGB as if its inks were ideal, transparent parts show white paper, of an animation the first
/// picture is taken, and the orientation that a camera noted (EXIF, or TIFF's own) is applied.
///
/// - Parameters:
///   - file: the file's bytes.
///   - name: what errors call the file.
/// - Returns: the picture in its own size.
/// - Throws: ``ImageFileError`` for damaged or unknown content, and for more than 2^27 pixels.
public func decodeImage(_ file: [UInt8], name: String) throws -> RGBImage {
  guard let format = ImageFormat(of: file) else {
    let known = ImageFormat.allCases.map(\.rawValue).joined(separator: ", ")
    throw ImageFileError(
      file: name, problem: "found \(ImageFormat.stranger(file)), expected one of \(known)",
      cure: "convert it, or leave it out")
  }
  switch format {
  case .jpeg: return try decodeNatively(file, name, decode_jpeg, jpegOrientation(of: file))
  case .webp: return try decodeNatively(file, name, decode_webp, webPOrientation(of: file))
  case .gif: return try decodeNatively(file, name, decode_gif, .upright)
  case .tiff: return try decodeNatively(file, name, decode_tiff, nil)
  case .png: return try decodePNG(file, name)
  case .bmp: return try decodeBMP(file, name: name)
  case .pnm: return try decodePNM(file, name: name)
  }
}

/// How many pixels an image file says it has, in all; nil where that is unknown, or too many to decode.
///
/// No room is made for them.
package func imagePixelCount(of file: [UInt8]) -> Int? {
  guard let format = ImageFormat(of: file) else { return nil }
  let size: (width: Int, height: Int)?
  switch format {
  case .jpeg: size = nativeSize(file, decode_jpeg)
  case .webp: size = nativeSize(file, decode_webp)
  case .gif: size = nativeSize(file, decode_gif)
  case .tiff: size = nativeSize(file, decode_tiff)
  case .png: size = pngSize(file)
  case .bmp: size = (try? BMPHeader(of: file, name: "")).map { ($0.width, $0.height) }
  case .pnm: size = (try? PNMHeader(of: file, name: "")).map { ($0.width, $0.height) }
  }
  guard let (width, height) = size, isAcceptable(width: width, height: height) else { return nil }
  return width * height
}

/// What a decoder of CImageDecoders finds in the header, when it may make room for no pixel.
private func nativeSize(_ file: [UInt8], _ decoder: NativeDecoder) -> (width: Int, height: Int)? {
  var image = decoded_image()
  let result = file.withUnsafeBufferPointer { decoder($0.baseAddress, $0.count, 0, &image) }
  decoded_image_free(&image)
  return result == decode_too_large ? (Int(image.width), Int(image.height)) : nil
}

/// The error of an image with too many pixels.
func tooLarge(_ name: String, width: Int, height: Int) -> ImageFileError {
  ImageFileError(
    file: name,
    problem: "found \(width) × \(height) pixels, expected at most \(mostPixelsOfAPhotograph) in all",
    cure: "scale the image down")
}

/// The error of a file that begins like an image of a format and is none.
func damaged(_ name: String, _ problem: String, at offset: Int? = nil) -> ImageFileError {
  ImageFileError(
    file: name, offset: offset, problem: problem, cure: "get the file again, or leave it out")
}

/// Whether an image of this size is accepted; the product is formed without overflow.
func isAcceptable(width: Int, height: Int) -> Bool {
  width > 0 && height > 0 && width <= mostPixelsOfAPhotograph / height
}

private typealias NativeDecoder = (
  UnsafePointer<UInt8>?, Int, UInt64, UnsafeMutablePointer<decoded_image>?
) -> decode_result

/// Calls a decoder of CImageDecoders and turns its result upright; without an orientation, the decoder's own counts.
private func decodeNatively(
  _ file: [UInt8], _ name: String, _ decoder: NativeDecoder, _ orientation: ImageOrientation?
) throws -> RGBImage {
  var image = decoded_image()
  let result = file.withUnsafeBufferPointer {
    decoder($0.baseAddress, $0.count, UInt64(mostPixelsOfAPhotograph), &image)
  }
  defer { decoded_image_free(&image) }
  let (width, height) = (Int(image.width), Int(image.height))
  if result == decode_too_large { throw tooLarge(name, width: width, height: height) }
  guard result == decode_done, let pixels = image.pixels else {
    let reason = withUnsafeBytes(of: &image.message) {
      String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
    }
    .split(whereSeparator: \.isNewline).joined(separator: " ")
    if let cure = image.cure {
      throw ImageFileError(
        file: name, problem: "cannot be decoded: \(reason)", cure: String(cString: cure))
    }
    throw damaged(name, "cannot be decoded: \(reason)")
  }
  let bytes = UnsafeBufferPointer(start: pixels, count: width * height * Int(image.channels))
  let rgb = image.channels == 4 ? onPaper(bytes, premultiplied: image.premultiplied != 0) : Array(bytes)
  return RGBImage(width: width, height: height, pixels: rgb)
    .turned(orientation ?? ImageOrientation(rawValue: Int(image.orientation)) ?? .upright)
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
