/// Replacement of colour values by table.
extension Canvas {
  /// What becomes of the alpha channel when colours are replaced.
  enum AlphaRule {
    /// Alpha stays as it is.
    case keep
    /// Every pixel becomes opaque, as Pillow's way from RGBA to RGB and back makes it.
    case drop
  }

  /// Replaces every R, G and B by its entry in the first table.
  func applyTable(_ alpha: AlphaRule) {
    replaceColors(tables, tables, tables, alpha)
  }

  /// Replaces every R, G and B by its entry in the table of its channel.
  func applyTables(_ alpha: AlphaRule) {
    if let kernels {
      return kernels.replace(pixels, area, tables, alpha == .drop ? Self.alphaMask : 0)
    }
    replaceColors(tables, tables + 256, tables + 512, alpha)
  }

  /// Makes every pixel opaque.
  func makeOpaque() {
    for index in 0..<area {
      pixels[index] |= Self.alphaMask
    }
  }

  @inline(__always)
  private func replaceColors(
    _ red: UnsafeMutablePointer<UInt8>, _ green: UnsafeMutablePointer<UInt8>,
    _ blue: UnsafeMutablePointer<UInt8>, _ alpha: AlphaRule
  ) {
    let opaque = alpha == .drop ? Self.alphaMask : 0
    let (pixels, area) = (pixels, area)
    for index in 0..<area {
      let pixel = pixels[index]
      pixels[index] =
        Pixel(red[Int(pixel & 255)]) | Pixel(green[Int(pixel >> 8 & 255)]) << 8
        | Pixel(blue[Int(pixel >> 16 & 255)]) << 16 | (pixel & Self.alphaMask) | opaque
    }
  }
}
