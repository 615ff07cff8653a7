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
    for value in 0..<256 {
      canvas.tables[value] = UInt8(255.999 * pow(Double(value) / 255, arguments.parameter))
    }
    canvas.applyTable()
  }
}

/// Equal steps on a logarithmic scale, to two decimals, so that no machine's logarithm decides about them.
private let powers = [0.5, 0.58, 0.68, 0.79, 0.93, 1.08, 1.26, 1.47, 1.71, 2]
