import Foundation

/// A mean with its 95 % confidence interval by Student's t distribution.
public struct MeanInterval: Codable, Hashable, Sendable {
  /// How many measurements there are.
  public let count: Int
  /// Their mean.
  public let mean: Double
  /// Half the interval's width; nil for fewer than two values.
  ///
  /// The interval is mean ± margin.
  public let margin: Double?

  /// The interval of the mean of some measurements; nil for none.
  public init?(_ values: [Double]) {
    guard !values.isEmpty else { return nil }
    count = values.count
    let mean = values.reduce(0, +) / Double(values.count)
    self.mean = mean
    guard values.count > 1 else {
      margin = nil
      return
    }
    let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count - 1)
    margin =
      Self.quantile(degreesOfFreedom: values.count - 1) * (variance / Double(values.count)).squareRoot()
  }

  /// The number that Student's t exceeds in absolute value with a probability of 5 %.
  public static func quantile(degreesOfFreedom: Int) -> Double {
    var (low, high) = (0.0, 13.0)
    for _ in 0..<100 {
      let middle = (low + high) / 2
      if inside(middle, degreesOfFreedom) < 0.95 { low = middle } else { high = middle }
    }
    return (low + high) / 2
  }

  /// The probability that |T| ≤ t, for whole degrees of freedom ν.
  ///
  /// Finite sums in θ = atan(t / √ν); Abramowitz and Stegun, Handbook of Mathematical Functions, 26.7.3 and 26.7.4.
  private static func inside(_ t: Double, _ degrees: Int) -> Double {
    let angle = atan(t / Double(degrees).squareRoot())
    let squared = cos(angle) * cos(angle)
    var term = degrees % 2 == 1 ? cos(angle) : 1
    var sum = degrees == 1 ? 0 : term
    for k in stride(from: degrees % 2 == 1 ? 2 : 1, through: degrees - 3, by: 2) {
      term *= squared * Double(k) / Double(k + 1)
      sum += term
    }
    return degrees % 2 == 1 ? 2 / .pi * (angle + sin(angle) * sum) : sin(angle) * sum
  }
}
