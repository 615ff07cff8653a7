/// Images of one size, one after another in memory: RGB interleaved, 8 bits per channel.
public struct ImageStack: Equatable, Sendable {
  /// The number of images.
  public let count: Int
  /// The height of each image in pixels.
  public let height: Int
  /// The width of each image in pixels.
  public let width: Int
  /// The bytes of all images, in the order image, row, column, channel: `count * height * width * 3` of them.
  public let pixels: PixelBytes

  /// Makes a stack; a number of bytes other than `count * height * width * 3` is a programmer's error.
  public init(count: Int, height: Int, width: Int, pixels: [UInt8]) {
    self.init(count: count, height: height, width: width, pixels: PixelBytes(pixels))
  }

  /// Makes a stack of bytes that may be lent by a mapped file.
  ///
  /// A number of bytes other than `count * height * width * 3` is a programmer's error.
  public init(count: Int, height: Int, width: Int, pixels: PixelBytes) {
    precondition(
      count >= 0 && height >= 0 && width >= 0 && pixels.count == count * height * width * 3,
      "pixels do not fill the stack")
    self.count = count
    self.height = height
    self.width = width
    self.pixels = pixels
  }

  /// The number of bytes of one image.
  public var imageSize: Int { height * width * 3 }

  /// Returns one image, opaque.
  public func image(at index: Int) -> RGBAImage {
    precondition(index >= 0 && index < count, "no image \(index) in a stack of \(count)")
    return RGBAImage(
      width: width, height: height, rgb: pixels[index * imageSize..<(index + 1) * imageSize])
  }
}
