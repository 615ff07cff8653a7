extension Operation {
  /// Stretches each channel so that its darkest value becomes 0 and its brightest 255.
  public static let autoContrast = Operation(name: "AutoContrast", unit: .none) { canvas, _ in
    if let kernels = canvas.kernels {
      kernels.stretch_tables(canvas.pixels, canvas.area, canvas.tables)
    } else {
      let (lowest, highest) = extremes(of: canvas)
      for channel in 0..<3 {
        fillStretchTable(
          canvas.tables + channel * 256, lowest: Int(lowest[channel]), highest: Int(highest[channel]))
      }
    }
    canvas.applyTables()
  }
}

/// Writes the entries lowest...highest of a table, the only ones that the image will read.
private func fillStretchTable(_ table: UnsafeMutablePointer<UInt8>, lowest: Int, highest: Int) {
  guard highest > lowest else {
    table[lowest] = UInt8(truncatingIfNeeded: lowest)
    return
  }
  let scale = 255 / Double(highest - lowest)
  let offset = -Double(lowest) * scale
  for value in lowest...highest {
    table[value] = UInt8(min(max(Double(value) * scale + offset, 0), 255))
  }
}

/// Returns the smallest and the largest value of each channel.
private func extremes(of canvas: borrowing Canvas) -> (lowest: SIMD4<UInt8>, highest: SIMD4<UInt8>) {
  let bytes = UnsafeRawPointer(canvas.pixels)
  let count = canvas.area * 4
  var lowest = SIMD16<UInt8>(repeating: 255)
  var highest = SIMD16<UInt8>(repeating: 0)
  var index = 0
  while index &+ 16 <= count {
    let four = bytes.loadUnaligned(fromByteOffset: index, as: SIMD16<UInt8>.self)
    lowest.replace(with: four, where: four .< lowest)
    highest.replace(with: four, where: four .> highest)
    index &+= 16
  }
  var low = pointwiseMin(lowest.lowHalf, lowest.highHalf)
  var high = pointwiseMax(highest.lowHalf, highest.highHalf)
  while index < count {
    let one = bytes.loadUnaligned(fromByteOffset: index, as: SIMD4<UInt8>.self)
    low.lowHalf = pointwiseMin(low.lowHalf, one)
    high.lowHalf = pointwiseMax(high.lowHalf, one)
    index &+= 4
  }
  return (pointwiseMin(low.lowHalf, low.highHalf), pointwiseMax(high.lowHalf, high.highHalf))
}
