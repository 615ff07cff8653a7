extension Operation {
  /// Adds normally distributed noise to every colour value, kept in 0...255; a search's magnitude is 5 levels of deviation.
  ///
  /// A value c becomes c + n, where |n| is s · z / 2²⁰ rounded, halves up: s is the standard deviation in 1/256, rounded, and
  /// z the normal number of four random bytes in 1/4096 (`NormalQuantiles`); n has the sign of z. The bytes are those of the
  /// first, second and third word of the pixel (`PixelNoise`) for R, G and B. So the noise is a function of the
  /// application's key and the pixel's place. Alpha stays.
  public static let gaussianNoise = Operation(
    name: "GaussianNoise", unit: .deviation, parameters: 0...255, usesKey: true, scale: { Double(5 * $0) }
  ) { canvas, arguments in
    let deviation = UInt32((arguments.parameter * 256).rounded())
    guard deviation > 0 else { return }
    let (counts, pixels) = (canvas.counts, canvas.pixels)
    counts.withMemoryRebound(to: Int16.self, capacity: 2 * NormalQuantiles.middle + 1) { changes in
      fillChanges(changes, deviation: deviation)
      if let kernels = canvas.kernels {
        return kernels.add_noise(pixels, canvas.area, changes, arguments.key)
      }
      let noise = PixelNoise(arguments)
      for index in 0..<canvas.area {
        let (words, pixel) = (noise.words(at: index), pixels[index])
        var changed = pixel & Canvas.alphaMask
        for channel in 0..<3 {
          let value = Int16(truncatingIfNeeded: pixel >> (8 * UInt32(channel)) & 255)
          let sum = value &+ changes[NormalQuantiles.sum(words[channel])]
          changed |= UInt32(UInt16(bitPattern: min(max(sum, 0), 255))) << (8 * UInt32(channel))
        }
        pixels[index] = changed
      }
    }
  }
}

/// Writes by how much a value changes for each sum of four random bytes.
private func fillChanges(_ changes: UnsafeMutablePointer<Int16>, deviation: UInt32) {
  NormalQuantiles.ofDistances.withUnsafeBufferPointer { quantiles in
    let middle = NormalQuantiles.middle
    changes[middle] = 0
    for index in 0..<middle {
      let size = Int16(truncatingIfNeeded: (deviation &* UInt32(quantiles[index]) &+ 1 << 19) >> 20)
      changes[middle &+ 1 &+ index] = size
      changes[middle &- 1 &- index] = 0 &- size
    }
  }
}
