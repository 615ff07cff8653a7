/// One 8-bit image without transparency, as networks see it.
public struct RGBImage: Equatable, Sendable {
  /// The width in pixels.
  public let width: Int
  /// The height in pixels.
  public let height: Int
  /// The bytes R, G, B of each pixel, row by row: `width * height * 3` of them.
  public let pixels: [UInt8]

  /// Makes an image; a number of bytes other than `width * height * 3` is a programmer's error.
  public init(width: Int, height: Int, pixels: [UInt8]) {
    precondition(
      width > 0 && height > 0 && pixels.count == width * height * 3, "pixels do not fill the image")
    self.width = width
    self.height = height
    self.pixels = pixels
  }
}
