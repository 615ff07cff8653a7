import Images

/// How files of one format are recognised and read.
///
/// A new format is one file with such a value, and a case of ``ImageFormat``.
struct ImageDecoder: Sendable {
  /// Whether bytes begin like a file of this format.
  let recognises: @Sendable (ByteView) -> Bool
  /// The size by the header, in which no room is made for pixels; nil where the header does not say it.
  let size: @Sendable (_ file: [UInt8]) -> (width: Int, height: Int)?
  /// The picture, turned upright; `name` is what errors call the file.
  let decode: @Sendable (_ file: [UInt8], _ name: String) throws -> RGBImage
}
