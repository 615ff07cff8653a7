import CImageDecoders
import Images

extension ImageDecoder {
  static let jpeg = ImageDecoder(
    cimages_decode_jpeg, orientation: { jpegOrientation(of: $0) },
    recognises: { $0.has([0xFF, 0xD8, 0xFF], at: 0) })

  static let webP = ImageDecoder(
    cimages_decode_webp, orientation: { webPOrientation(of: $0) },
    recognises: { $0.has("RIFF".utf8, at: 0) && $0.has("WEBP".utf8, at: 8) })

  static let gif = ImageDecoder(
    cimages_decode_gif, orientation: { _ in .upright },
    recognises: { $0.has("GIF87a".utf8, at: 0) || $0.has("GIF89a".utf8, at: 0) })

  /// The decoder finds TIFF's own orientation.
  static let tiff = ImageDecoder(
    cimages_decode_tiff, orientation: { _ in nil },
    recognises: { view in
      ["II*\0", "MM\0*", "II+\0", "MM\0+"].contains { view.has($0.utf8, at: 0) }
    })

  /// A format that a decoder of CImageDecoders reads.
  ///
  /// - Parameters:
  ///   - decoder: the C function that decodes.
  ///   - orientation: how the stored picture must be turned; nil for what the decoder finds.
  ///   - recognises: whether a file is of this format, by its beginning.
  private init(
    _ decoder: @escaping NativeDecoder, orientation: @escaping @Sendable ([UInt8]) -> ImageOrientation?,
    recognises: @escaping @Sendable (ByteView) -> Bool
  ) {
    self.init(
      recognises: recognises,
      size: { nativeSize($0, decoder) },
      decode: { file, name in try decodeNatively(file, name, decoder, orientation(file)) })
  }
}

private typealias NativeDecoder =
  @convention(c) @Sendable (UnsafePointer<UInt8>?, Int, UInt64, UnsafeMutablePointer<decoded_image>?) ->
  decode_result

/// What a decoder finds in the header, when it may make room for no pixel.
private func nativeSize(_ file: [UInt8], _ decoder: NativeDecoder) -> (width: Int, height: Int)? {
  var image = decoded_image()
  let result = file.withUnsafeBufferPointer { cimages_decode(decoder, $0.baseAddress, $0.count, 0, &image) }
  cimages_free(&image)
  return result == decode_too_large ? (Int(image.width), Int(image.height)) : nil
}

/// Calls a decoder and turns its result upright; without an orientation, the decoder's own counts.
private func decodeNatively(
  _ file: [UInt8], _ name: String, _ decoder: NativeDecoder, _ orientation: ImageOrientation?
) throws -> RGBImage {
  var image = decoded_image()
  let result = file.withUnsafeBufferPointer {
    cimages_decode(decoder, $0.baseAddress, $0.count, UInt64(mostPixelsOfAPhotograph), &image)
  }
  defer { cimages_free(&image) }
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
