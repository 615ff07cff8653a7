/// What comes from callers that have no alpha channel, and goes to them.
extension Canvas {
  /// Takes `width * height * 3` bytes in the order of a layout as an opaque image.
  mutating func load(bytes: UnsafePointer<UInt8>, _ layout: BatchTail.Layout) {
    switch layout {
    case .nhwc: load(rgb: bytes)
    case .nchw:
      let (pixels, area) = (pixels, area)
      for index in 0..<area {
        pixels[index] =
          Pixel(bytes[index]) | Pixel(bytes[area &+ index]) << 8 | Pixel(bytes[2 &* area &+ index]) << 16
          | Self.alphaMask
      }
    }
  }

  /// Writes `width * height * 3` bytes in the order of a layout, with a colour where there is no data.
  func store(
    fill: (red: UInt8, green: UInt8, blue: UInt8), to output: UnsafeMutablePointer<UInt8>,
    _ layout: BatchTail.Layout
  ) {
    switch layout {
    case .nhwc: storeRGB(fill: fill, to: output)
    case .nchw:
      let blank = Pixel(fill.red) | Pixel(fill.green) << 8 | Pixel(fill.blue) << 16
      let (pixels, area) = (pixels, area)
      for index in 0..<area {
        let colour = pixels[index] < 0x0100_0000 ? blank : pixels[index]
        output[index] = UInt8(truncatingIfNeeded: colour)
        output[area &+ index] = UInt8(truncatingIfNeeded: colour >> 8)
        output[2 &* area &+ index] = UInt8(truncatingIfNeeded: colour >> 16)
      }
    }
  }

  /// Writes interleaved RGB bytes, `width * height * 3` of them, with a colour where there is no data.
  private func storeRGB(
    fill: (red: UInt8, green: UInt8, blue: UInt8), to output: UnsafeMutablePointer<UInt8>
  ) {
    let blank = Pixel(fill.red) | Pixel(fill.green) << 8 | Pixel(fill.blue) << 16
    let words = UnsafeMutableRawPointer(output)
    // Four pixels are three words.
    let whole = area / 4
    for group in 0..<whole {
      let four = UnsafeRawPointer(pixels + 4 &* group).loadUnaligned(as: SIMD4<Pixel>.self)
      let colours = (four & 0xFF_FFFF).replacing(with: blank, where: four .< 0x0100_0000)
      let place = 12 &* group
      words.storeBytes(of: colours[0] | colours[1] << 24, toByteOffset: place, as: Pixel.self)
      words.storeBytes(of: colours[1] >> 8 | colours[2] << 16, toByteOffset: place &+ 4, as: Pixel.self)
      words.storeBytes(of: colours[2] >> 16 | colours[3] << 8, toByteOffset: place &+ 8, as: Pixel.self)
    }
    for index in 4 * whole..<area {
      let colour = pixels[index] & Self.alphaMask == 0 ? blank : pixels[index]
      for channel in 0..<3 {
        output[3 * index + channel] = UInt8(truncatingIfNeeded: colour >> Pixel(8 * channel))
      }
    }
  }

  /// Takes one label for each pixel, of which the lower 24 bits fit.
  mutating func load(labels: UnsafePointer<Int32>) {
    for index in 0..<area {
      pixels[index] = Pixel(truncatingIfNeeded: labels[index]) | Self.alphaMask
    }
  }

  /// Writes the labels, with a number where there is no data.
  func storeLabels(fill: Int32, to output: UnsafeMutablePointer<Int32>) {
    for index in 0..<area {
      output[index] =
        pixels[index] & Self.alphaMask == 0 ? fill : Int32(bitPattern: pixels[index] & ~Self.alphaMask)
    }
  }
}
