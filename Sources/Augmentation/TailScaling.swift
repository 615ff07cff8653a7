import CPixels
import Images

/// Normalisation as arithmetic in single precision, where it gives exactly the numbers of ``BatchTail/normalisation``.
///
/// A number is `(value · a + b) + (value · c + d)`. a and b are multiples of one power of two, so coarse that the first
/// bracket is exact; c and d are what that leaves out, so small that the rounding of the second bracket is far below the
/// last digit of the result. What is left is one rounding, that of the table, but where a number lies all but in the middle
/// between two of single precision. So all 256 values of each channel are tried, and another power is taken if one differs.
enum TailScaling {
  /// Returns the constants, or nil where none were found; then the table has to be used.
  static func find(_ tail: BatchTail, kernels: PixelKernels) -> cpixels_scaling? {
    let table = tail.normalisation
    var result = cpixels_scaling()
    for channel in 0..<3 {
      let expected = Array(table[channel * 256..<(channel + 1) * 256])
      let found = candidates(
        mean: Double(tail.mean[channel]), deviation: Double(tail.standardDeviation[channel])
      ).first { numbers($0, kernels) == expected }
      guard let found else { return nil }
      withUnsafeMutableBytes(of: &result) { bytes in
        // The four fields of the structure, three numbers each.
        for (field, value) in found.enumerated() {
          bytes.storeBytes(of: value, toByteOffset: (field * 3 + channel) * 4, as: Float.self)
        }
      }
    }
    return result
  }

  /// The constants a, b, c, d for one power of two after another.
  private static func candidates(mean: Double, deviation: Double) -> [[Float]] {
    let (slope, start) = (1 / (255 * deviation), -mean / deviation)
    let bound = max(abs(start), abs(255 * slope), abs(255 * slope + start))
    guard bound.isFinite, bound > 0x1p-60, bound < 0x1p60 else { return [] }
    return (1...8).map { coarser in
      let unit = Double(sign: .plus, exponent: bound.exponent + coarser - 24, significand: 1)
      let highSlope = (slope / unit).rounded() * unit
      let highStart = (start / unit).rounded() * unit
      return [Float(highSlope), Float(highStart), Float(slope - highSlope), Float(start - highStart)]
    }
  }

  /// The bits of the numbers that a kernel makes of 0...255.
  private static func numbers(_ constants: [Float], _ kernels: PixelKernels) -> [UInt32] {
    let (a, b, c, d) = (constants[0], constants[1], constants[2], constants[3])
    var scaling = cpixels_scaling(
      high_slope: (a, a, a), high_start: (b, b, b), low_slope: (c, c, c), low_start: (d, d, d))
    var geometry = cpixels_tail()
    (geometry.width, geometry.height, geometry.planar) = (256, 1, true)
    var canvas = Canvas(width: 256, height: 1)
    canvas.load(
      RGBAImage(
        width: 256, height: 1, rgb: (0..<256).flatMap { value in [UInt8](repeating: UInt8(value), count: 3) })
    )
    var output = [Float](repeating: .nan, count: 3 * 256)
    output.withUnsafeMutableBufferPointer { output in
      guard let start = output.baseAddress else { return }
      kernels.tail(canvas.pixels, start, &geometry, &scaling)
    }
    return output[0..<256].map(\.bitPattern)
  }
}
