import Files
import ImageFiles
import Images

/// The largest file that is read as an image, in bytes.
let largestImageFile = 1 << 30

extension ImageSize {
  /// The pixels of an image file as a network sees it: decoded, turned upright, scaled until it just covers this size,
  /// and cut to it about its centre.
  ///
  /// Images of `folder:PATH` are read so too, so a training and a prediction see the same bytes.
  ///
  /// - Parameter path: the file, of any format that is known.
  /// - Returns: RGB interleaved, 8 bits a channel: height · width · 3 bytes.
  /// - Throws: `FileError` where the file cannot be read, `ImageFileError` where it is no image.
  public func pixels(ofFile path: String) throws -> [UInt8] {
    try pixels(of: readBytes(path, limit: largestImageFile), name: path)
  }

  /// As above, of a file's bytes, which errors call by a name.
  func pixels(of file: [UInt8], name: String) throws -> [UInt8] {
    try PixelBudget.shared.decode(file, name: name) { $0.covering(width: width, height: height).pixels }
  }
}
