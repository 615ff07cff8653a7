/// One 8-bit image with an alpha channel.
///
/// Alpha 0 means "no data here": such a pixel becomes the mean colour when the image is normalised.
public struct RGBAImage: Equatable, Sendable {
  /// The width in pixels.
  public let width: Int
  /// The height in pixels.
  public let height: Int
  /// The bytes R, G, B, A of each pixel, row by row: `width * height * 4` of them.
  public let pixels: [UInt8]

  /// Makes an image; a number of bytes other than `width * height * 4` is a programmer's error.
  public init(width: Int, height: Int, pixels: [UInt8]) {
    precondition(
      width >= 0 && height >= 0 && pixels.count == width * height * 4, "pixels do not fill the image")
    self.width = width
    self.height = height
    self.pixels = pixels
  }

  /// Whether any pixel is not opaque.
  public var hasTransparency: Bool {
    stride(from: 3, to: pixels.count, by: 4).contains { pixels[$0] != 255 }
  }

  /// Makes an opaque image of the same pixels.
  public init(_ image: RGBImage) {
    self.init(width: image.width, height: image.height, rgb: image.pixels)
  }

  /// Makes an opaque image from interleaved RGB bytes, `width * height * 3` of them.
  public init(width: Int, height: Int, rgb: some Collection<UInt8>) {
    precondition(width >= 0 && height >= 0 && rgb.count == width * height * 3, "pixels do not fill the image")
    var pixels: [UInt8] = []
    pixels.reserveCapacity(width * height * 4)
    for (index, byte) in rgb.enumerated() {
      pixels.append(byte)
      if index % 3 == 2 { pixels.append(255) }
    }
    self.init(width: width, height: height, pixels: pixels)
  }
}

/// RGB interleaved from RGBA interleaved.
package func droppingAlpha(_ pixels: [UInt8]) -> [UInt8] {
  let count = pixels.count / 4
  return [UInt8](unsafeUninitializedCapacity: count * 3) { buffer, used in
    for pixel in 0..<count {
      buffer[pixel * 3] = pixels[pixel * 4]
      buffer[pixel * 3 + 1] = pixels[pixel * 4 + 1]
      buffer[pixel * 3 + 2] = pixels[pixel * 4 + 2]
    }
    used = count * 3
  }
}
