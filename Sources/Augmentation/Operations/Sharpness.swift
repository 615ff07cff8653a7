extension Operation {
  /// Mixes the image with a smoothed version: softer below factor 1, sharper above.
  ///
  /// Smoothing is a 3×3 mean in which the middle counts five times. The outermost pixels have no full
  /// neighbourhood and stay as they are.
  public static let sharpness = Enhance.operation("Sharpness") { canvas, factor in
    guard canvas.width > 2, canvas.height > 2 else { return }
    let (width, height) = (canvas.width, canvas.height)
    if let kernels = canvas.kernels {
      kernels.sharpen(canvas.pixels, canvas.spare, width, height, factor)
      return canvas.swapBuffers()
    }
    let byteCount = canvas.area * 4
    canvas.spare.update(from: canvas.pixels, count: width)
    (canvas.spare + (height - 1) * width).update(from: canvas.pixels + (height - 1) * width, count: width)
    for y in 1..<height - 1 {
      canvas.pixels.withMemoryRebound(to: UInt8.self, capacity: byteCount) { image in
        canvas.spare.withMemoryRebound(to: UInt8.self, capacity: byteCount) { result in
          sharpenRow(
            image + y * width * 4, into: result + y * width * 4, sums: canvas.rowSums, stride: width * 4,
            factor: factor)
        }
      }
      restoreUnfiltered(canvas.pixels + y * width, in: canvas.spare + y * width, width: width)
    }
    canvas.swapBuffers()
  }
}

/// Filters all bytes of a row but those of its first and last pixel, alpha like a colour.
private func sharpenRow(
  _ row: UnsafeMutablePointer<UInt8>, into result: UnsafeMutablePointer<UInt8>,
  sums: UnsafeMutablePointer<UInt16>, stride: Int, factor: Float
) {
  for index in 0..<stride {
    sums[index] = UInt16(row[index &- stride]) &+ UInt16(row[index]) &+ UInt16(row[index &+ stride])
  }
  for index in 4..<stride &- 4 {
    let sum = sums[index &- 4] &+ sums[index] &+ sums[index &+ 4] &+ 4 &* UInt16(row[index])
    // The sum over 13, rounded: 5042 / 2¹⁶ gives that quotient for every sum up to 13 × 255.
    result[index] = UInt8(truncatingIfNeeded: (UInt32(sum &+ 6) &* 5042) >> 16)
  }
  for index in 4..<stride &- 4 {
    result[index] = UInt8(
      truncatingIfNeeded: Enhance.blend(UInt32(result[index]), UInt32(row[index]), factor))
  }
}

/// Puts back what the filter must not touch: alpha, and the pixels at both ends of the row.
private func restoreUnfiltered(
  _ row: UnsafeMutablePointer<Canvas.Pixel>, in result: UnsafeMutablePointer<Canvas.Pixel>, width: Int
) {
  for x in 0..<width {
    result[x] = (result[x] & ~Canvas.alphaMask) | (row[x] & Canvas.alphaMask)
  }
  result[0] = row[0]
  result[width - 1] = row[width - 1]
}
