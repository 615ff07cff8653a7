extension Operation {
  /// Spreads each channel's values so that all are about equally frequent.
  public static let equalize = Operation(name: "Equalize", unit: .none) { canvas, _ in
    // The vector code divides in single precision, which is exact so far.
    if let kernels = canvas.kernels, canvas.area <= 1 << 22 {
      kernels.equalize_tables(canvas.pixels, canvas.area, canvas.counts, canvas.tables)
    } else {
      countValues(of: canvas)
      for channel in 0..<3 {
        fillEqualizeTable(
          canvas.tables + channel * 256, counts: canvas.counts + channel * 256, total: canvas.area)
      }
    }
    canvas.applyTables()
  }
}

/// Counts how often each value occurs in each channel.
///
/// Neighbours are often equal, and a count cannot be raised again before it is written: odd pixels have their own.
private func countValues(of canvas: borrowing Canvas) {
  let even = canvas.counts
  let odd = canvas.counts + 3 * 256
  even.update(repeating: 0, count: 2 * 3 * 256)
  let (pixels, area) = (canvas.pixels, canvas.area)
  for index in stride(from: 0, to: area &- 1, by: 2) {
    count(pixels[index], in: even)
    count(pixels[index &+ 1], in: odd)
  }
  if area % 2 == 1 {
    count(pixels[area &- 1], in: even)
  }
  for index in 0..<3 * 256 {
    even[index] &+= odd[index]
  }
}

@inline(__always)
private func count(_ pixel: Canvas.Pixel, in counts: UnsafeMutablePointer<UInt32>) {
  counts[Int(pixel & 255)] &+= 1
  counts[256 &+ Int(pixel >> 8 & 255)] &+= 1
  counts[512 &+ Int(pixel >> 16 & 255)] &+= 1
}

private func fillEqualizeTable(
  _ table: UnsafeMutablePointer<UInt8>, counts: UnsafeMutablePointer<UInt32>, total: Int
) {
  var highest = 255
  while counts[highest] == 0 { highest -= 1 }
  let step = UInt64(total - Int(counts[highest])) / 255
  guard step > 0 else {
    for value in 0..<256 { table[value] = UInt8(truncatingIfNeeded: value) }
    return
  }
  // n / step as a multiplication: the high word of 2n × (2⁶³ / step + 1) is that quotient while n × step < 2⁶³.
  let reciprocal = (UInt64(1) << 63) / step + 1
  var n = step / 2
  for value in 0...highest {
    let quotient = (n << 1).multipliedFullWidth(by: reciprocal).high
    table[value] = UInt8(truncatingIfNeeded: min(quotient, 255))
    n &+= UInt64(counts[value])
  }
}
