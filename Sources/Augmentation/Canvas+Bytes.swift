/// What goes from a canvas to callers that have no alpha channel.
extension Canvas {
  /// Writes interleaved RGB bytes, `width * height * 3` of them, with a colour where there is no data.
  func storeRGB(
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

  /// Takes one label for each pixel, in 0...0xFFFFFF.
  mutating func load(labels: UnsafePointer<Int32>) {
    for index in 0..<area {
      precondition(ImageAugmenter.labels.contains(labels[index]), "a label does not fit in a pixel")
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
