import Images

extension RGBAImage {
  /// The image without transparency, as pictures of it are.
  ///
  /// A transparent pixel becomes the mean colour, as in training; that of CIFAR-10 stands for all datasets.
  public var shown: RGBAImage {
    var pixels = pixels
    for alpha in stride(from: 3, to: pixels.count, by: 4) where pixels[alpha] == 0 {
      pixels.replaceSubrange(alpha - 3...alpha, with: meanColor + [255])
    }
    return RGBAImage(width: width, height: height, pixels: pixels)
  }

  /// The same, scaled down where its longer side has more than so many pixels.
  public func shown(side: Int) -> RGBAImage {
    guard max(width, height) > side else { return shown }
    let opaque = RGBImage(width: width, height: height, pixels: droppingAlpha(shown.pixels))
    let scaled = opaque.fitting(side: side)
    return RGBAImage(width: scaled.width, height: scaled.height, rgb: scaled.pixels)
  }

  /// Every pixel as a square of so many a side.
  func enlarged(_ factor: Int) -> RGBAImage {
    var pixels: [UInt8] = []
    pixels.reserveCapacity(self.pixels.count * factor * factor)
    for start in stride(from: 0, to: self.pixels.count, by: width * 4) {
      var row: [UInt8] = []
      for pixel in stride(from: start, to: start + width * 4, by: 4) {
        for _ in 0..<factor { row += self.pixels[pixel..<pixel + 4] }
      }
      for _ in 0..<factor { pixels += row }
    }
    return RGBAImage(width: width * factor, height: height * factor, pixels: pixels)
  }
}

/// Red, green and blue.
private let meanColor: [UInt8] = [125, 122, 113]
