/// The steps of which the numbers of a JPEG file are multiples, by the quality: ITU-T T.81, tables K.1 and K.2, scaled as by
/// libjpeg.
enum JPEGQuantiser {
  /// Calls `body` with the steps of luma and chroma.
  ///
  /// - Parameters:
  ///   - quality: 1 to 100.
  ///   - body: takes 64 steps each, row by row, and behind them 64 factors: n · factor >> 19 is n / step for n below 2048.
  static func withSteps(
    quality: Int, _ body: (_ luma: UnsafePointer<Int32>, _ chroma: UnsafePointer<Int32>) -> Void
  ) {
    all.withUnsafeBufferPointer { numbers in
      guard let start = numbers.baseAddress else { return }
      let place = start + (quality - 1) * 256
      body(place, place + 128)
    }
  }

  /// Those of every quality.
  private static let all: [Int32] = (1...100).flatMap { quality in
    [luma, chroma].flatMap { base in
      let scale = quality < 50 ? 5000 / quality : 200 - 2 * quality
      let steps = base.map { min(max(($0 * scale + 50) / 100, 1), 255) }
      return (steps + steps.map { (1 << 19) / $0 + 1 }).map(Int32.init)
    }
  }

  private static let luma = [
    16, 11, 10, 16, 24, 40, 51, 61,
    12, 12, 14, 19, 26, 58, 60, 55,
    14, 13, 16, 24, 40, 57, 69, 56,
    14, 17, 22, 29, 51, 87, 80, 62,
    18, 22, 37, 56, 68, 109, 103, 77,
    24, 35, 55, 64, 81, 104, 113, 92,
    49, 64, 78, 87, 103, 121, 120, 101,
    72, 92, 95, 98, 112, 100, 103, 99,
  ]

  private static let chroma = [
    17, 18, 24, 47, 99, 99, 99, 99,
    18, 21, 26, 66, 99, 99, 99, 99,
    24, 26, 56, 99, 99, 99, 99, 99,
    47, 66, 99, 99, 99, 99, 99, 99,
    99, 99, 99, 99, 99, 99, 99, 99,
    99, 99, 99, 99, 99, 99, 99, 99,
    99, 99, 99, 99, 99, 99, 99, 99,
    99, 99, 99, 99, 99, 99, 99, 99,
  ]
}
