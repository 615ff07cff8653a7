/// A block of 8 × 8 bytes, through JPEG's transform and back.
///
/// The transforms are those of libjpeg's `jfdctint.c` and `jidctint.c`: Loeffler, Ligtenberg and Moschytz, "Practical fast 1-D
/// DCT algorithms with 11 multiplications", 1989, with factors of 13 bits behind the point.
enum JPEGBlock {
  /// Rounds the numbers of a block to multiples of its steps, as ``JPEGQuantiser`` has them.
  ///
  /// - Parameters:
  ///   - bytes: the first byte of the block, which is changed.
  ///   - stride: the places from one row to the next.
  ///   - steps: 64 steps.
  static func requantise(_ bytes: UnsafeMutablePointer<UInt8>, stride: Int, steps: UnsafePointer<Int32>) {
    withUnsafeTemporaryAllocation(of: Int32.self, capacity: 64) { buffer in
      guard let numbers = buffer.baseAddress else { return }
      for index in 0..<64 { numbers[index] = Int32(bytes[index / 8 * stride + index % 8]) - 128 }
      for line in 0..<8 { forward(numbers + 8 * line, step: 1, evenBits: -2, oddBits: 11) }
      for line in 0..<8 { forward(numbers + line, step: 8, evenBits: 2, oddBits: 15) }
      for index in 0..<64 {
        // Numbers are eight times too large here.
        let (number, step) = (numbers[index], steps[index])
        let count = (abs(number) + 4 * step) / (8 * step)
        numbers[index] = (number < 0 ? -count : count) * step
      }
      for line in 0..<8 { inverse(numbers + line, step: 8, bits: 11) }
      for line in 0..<8 { inverse(numbers + 8 * line, step: 1, bits: 18) }
      for index in 0..<64 {
        bytes[index / 8 * stride + index % 8] = UInt8(min(max(numbers[index] + 128, 0), 255))
      }
    }
  }

  /// Takes bits off the end of a number, rounding halves up; negative ones are added.
  private static func descaled(_ number: Int32, _ bits: Int32) -> Int32 {
    bits < 0 ? number << -bits : (number + 1 << (bits - 1)) >> bits
  }

  /// The factors, in 2⁻¹³.
  private enum Factor {
    static let c0_298631336: Int32 = 2446
    static let c0_390180644: Int32 = 3196
    static let c0_541196100: Int32 = 4433
    static let c0_765366865: Int32 = 6270
    static let c0_899976223: Int32 = 7373
    static let c1_175875602: Int32 = 9633
    static let c1_501321110: Int32 = 12299
    static let c1_847759065: Int32 = 15137
    static let c1_961570560: Int32 = 16069
    static let c2_053119869: Int32 = 16819
    static let c2_562915447: Int32 = 20995
    static let c3_072711026: Int32 = 25172
  }

  /// The odd half of both transforms: four numbers to four sums, of which each has all of them.
  private static func rotated(
    _ a: Int32, _ b: Int32, _ c: Int32, _ d: Int32
  ) -> (Int32, Int32, Int32, Int32) {
    let all = (a + c + b + d) * Factor.c1_175875602
    let first = (a + d) * -Factor.c0_899976223
    let second = (b + c) * -Factor.c2_562915447
    let third = (a + c) * -Factor.c1_961570560 + all
    let fourth = (b + d) * -Factor.c0_390180644 + all
    return (
      a * Factor.c0_298631336 + first + third, b * Factor.c2_053119869 + second + fourth,
      c * Factor.c3_072711026 + second + third, d * Factor.c1_501321110 + first + fourth
    )
  }

  private static func forward(
    _ line: UnsafeMutablePointer<Int32>, step: Int, evenBits: Int32, oddBits: Int32
  ) {
    func value(_ index: Int) -> Int32 { line[index * step] }
    let (sum0, difference0) = (value(0) + value(7), value(0) - value(7))
    let (sum1, difference1) = (value(1) + value(6), value(1) - value(6))
    let (sum2, difference2) = (value(2) + value(5), value(2) - value(5))
    let (sum3, difference3) = (value(3) + value(4), value(3) - value(4))
    let (outer, outerRest) = (sum0 + sum3, sum0 - sum3)
    let (inner, innerRest) = (sum1 + sum2, sum1 - sum2)
    line[0] = descaled(outer + inner, evenBits)
    line[4 * step] = descaled(outer - inner, evenBits)
    let common = (outerRest + innerRest) * Factor.c0_541196100
    line[2 * step] = descaled(common + outerRest * Factor.c0_765366865, oddBits)
    line[6 * step] = descaled(common - innerRest * Factor.c1_847759065, oddBits)
    let odd = rotated(difference3, difference2, difference1, difference0)
    line[7 * step] = descaled(odd.0, oddBits)
    line[5 * step] = descaled(odd.1, oddBits)
    line[3 * step] = descaled(odd.2, oddBits)
    line[1 * step] = descaled(odd.3, oddBits)
  }

  private static func inverse(_ line: UnsafeMutablePointer<Int32>, step: Int, bits: Int32) {
    func value(_ index: Int) -> Int32 { line[index * step] }
    let common = (value(2) + value(6)) * Factor.c0_541196100
    let (second, third) = (
      common - value(6) * Factor.c1_847759065, common + value(2) * Factor.c0_765366865
    )
    let (sum, difference) = ((value(0) + value(4)) << 13, (value(0) - value(4)) << 13)
    let even = (sum + third, difference + second, difference - second, sum - third)
    let odd = rotated(value(7), value(5), value(3), value(1))
    line[0] = descaled(even.0 + odd.3, bits)
    line[7 * step] = descaled(even.0 - odd.3, bits)
    line[1 * step] = descaled(even.1 + odd.2, bits)
    line[6 * step] = descaled(even.1 - odd.2, bits)
    line[2 * step] = descaled(even.2 + odd.1, bits)
    line[5 * step] = descaled(even.2 - odd.1, bits)
    line[3 * step] = descaled(even.3 + odd.0, bits)
    line[4 * step] = descaled(even.3 - odd.0, bits)
  }
}
