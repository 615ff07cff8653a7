/// Replacement of colour values by table.
extension Canvas {
  /// Replaces every R, G and B by its entry in the first table; alpha stays.
  func applyTable() {
    if let kernels { return kernels.replace_by_one(pixels, area, tables) }
    replaceColors(tables, tables, tables, opaque: 0)
  }

  /// Replaces every R, G and B by its entry in the table of its channel.
  ///
  /// Every pixel becomes opaque, as Pillow's way from RGBA to RGB and back makes it.
  func applyTables() {
    if let kernels { return kernels.replace(pixels, area, tables) }
    replaceColors(tables, tables + 256, tables + 512, opaque: Self.alphaMask)
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
    _ blue: UnsafeMutablePointer<UInt8>, opaque: Pixel
  ) {
    let (pixels, area) = (pixels, area)
    for index in 0..<area {
      let pixel = pixels[index]
      pixels[index] =
        Pixel(red[Int(pixel & 255)]) | Pixel(green[Int(pixel >> 8 & 255)]) << 8
        | Pixel(blue[Int(pixel >> 16 & 255)]) << 16 | (pixel & Self.alphaMask) | opaque
    }
  }
}
