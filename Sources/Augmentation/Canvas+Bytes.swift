/// What comes from callers that have no alpha channel, and goes to them.
extension Canvas {
  /// Takes `width * height * 3` bytes in the order of a layout as an opaque image.
  mutating func load(bytes: UnsafePointer<UInt8>, _ layout: PixelLayout) {
    switch layout {
    case .rgb: load(rgb: bytes)
    case .rgbx:
      let (pixels, area, words) = (pixels, area, UnsafeRawPointer(bytes))
      for index in 0..<area {
        pixels[index] = words.loadUnaligned(fromByteOffset: 4 &* index, as: Pixel.self) | Self.alphaMask
      }
    case .planar:
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
    _ layout: PixelLayout
  ) {
    switch layout {
    case .rgb: storeRGB(fill: fill, to: output)
    case .rgbx:
      let blank = Self.pixel(fill)
      let (pixels, area, words) = (pixels, area, UnsafeMutableRawPointer(output))
      for index in 0..<area {
        let colour = pixels[index] < 0x0100_0000 ? blank : pixels[index]
        words.storeBytes(of: colour | Self.alphaMask, toByteOffset: 4 &* index, as: Pixel.self)
      }
    case .planar:
      let blank = Self.pixel(fill)
      let (pixels, area) = (pixels, area)
      for index in 0..<area {
        let colour = pixels[index] < 0x0100_0000 ? blank : pixels[index]
        output[index] = UInt8(truncatingIfNeeded: colour)
        output[area &+ index] = UInt8(truncatingIfNeeded: colour >> 8)
        output[2 &* area &+ index] = UInt8(truncatingIfNeeded: colour >> 16)
      }
    }
  }

  private static func pixel(_ colour: (red: UInt8, green: UInt8, blue: UInt8)) -> Pixel {
    Pixel(colour.red) | Pixel(colour.green) << 8 | Pixel(colour.blue) << 16
  }

  /// Writes interleaved RGB bytes, `width * height * 3` of them, with a colour where there is no data.
  private func storeRGB(
    fill: (red: UInt8, green: UInt8, blue: UInt8), to output: UnsafeMutablePointer<UInt8>
  ) {
    let blank = Self.pixel(fill)
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
