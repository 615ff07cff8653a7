import Images

/// More pixels than this are taken for a damaged or hostile header: 2^27, a square of 11,585.
package let mostPixelsOfAPhotograph = 1 << 27

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
  try EncodedImage(file, name: name).decoded()
}

/// An image file in memory whose format is recognised.
package struct EncodedImage: Sendable {
  private let file: [UInt8]
  private let name: String
  private let decoder: ImageDecoder

  /// Recognises the format by the content.
  ///
  /// - Parameters:
  ///   - file: the file's bytes.
  ///   - name: what errors call the file.
  /// - Throws: ``ImageFileError`` where the format is none of the known.
  package init(_ file: [UInt8], name: String) throws {
    guard let format = ImageFormat(of: file) else {
      let known = ImageFormat.allCases.map(\.rawValue).joined(separator: ", ")
      throw ImageFileError(
        file: name, problem: "found \(ImageFormat.stranger(file)), expected one of \(known)",
        cure: "convert it, or leave it out")
    }
    (self.file, self.name, decoder) = (file, name, format.decoder)
  }

  /// How many pixels the file says it has, in all; nil where that is unknown, or too many to decode.
  ///
  /// No room is made for them.
  package var pixelCount: Int? {
    guard let (width, height) = decoder.size(file), isAcceptable(width: width, height: height) else {
      return nil
    }
    return width * height
  }

  /// The picture; see ``decodeImage(_:name:)``.
  package func decoded() throws -> RGBImage { try decoder.decode(file, name) }
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
