#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

extension Operation {
  /// Raises every colour value, as a share of 255, to a power: brighter below 1, darker above; alpha stays.
  ///
  /// A value c becomes 255.999 · (c / 255)^gamma, cut off, which is torchvision's `adjust_gamma` on PIL images. A search's
  /// magnitudes run from 0.5 at 0 to 2 at 9, each 1.17 times the one before.
  public static let gamma = Operation(
    name: "Gamma", unit: .exponent, parameters: 0...100, scale: { powers[$0] }
  ) { canvas, arguments in
    guard arguments.parameter != 1 else { return }
    canvas.takeTable(ofExponent: arguments.parameter)
    canvas.applyTable()
  }
}

extension Canvas {
  /// Takes the table of an exponent for all channels: powers take longer than a small image, and a search has few exponents.
  fileprivate func takeTable(ofExponent exponent: Double) {
    let number = ~exponent.bitPattern  // not 0, as that would be a NaN
    let place = Int((number &* 0x9E37_79B9_7F4A_7C15) >> 32) % Self.keptTableCount
    let table = keptTables.entries + 256 * place
    if keptTables.numbers[place] != number {
      for value in 0..<256 { table[value] = UInt8(255.999 * pow(Double(value) / 255, exponent)) }
      keptTables.numbers[place] = number
    }
    tables.update(from: table, count: 256)
  }
}

/// Equal steps on a logarithmic scale, to two decimals, so that no machine's logarithm decides about them.
private let powers = [0.5, 0.58, 0.68, 0.79, 0.93, 1.08, 1.26, 1.47, 1.71, 2]
