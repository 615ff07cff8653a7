/// A measured share of images with its 95 % confidence interval.
///
/// Wilson's score interval: Wilson, "Probable inference, the law of succession, and statistical inference", Journal of
/// the American Statistical Association 22, 1927. It covers the choice of the images, each classified correctly or not by chance
/// and independently of the others.
public struct ShareInterval: Hashable, Sendable {
  /// 0 to 1.
  public let share: Double
  /// The lower end of the interval, 0 to 1.
  public let low: Double
  /// The upper end of the interval, 0 to 1.
  public let high: Double

  /// The interval of a share of `count` images; nil for none.
  public init?(_ share: Double, of count: Int) {
    guard count > 0, (0...1).contains(share) else { return nil }
    // What a normal variable exceeds in absolute value with a probability of 5 %.
    let z = 1.959963984540054
    let n = Double(count)
    let center = (share + z * z / (2 * n)) / (1 + z * z / n)
    let margin = z / (1 + z * z / n) * (share * (1 - share) / n + z * z / (4 * n * n)).squareRoot()
    self.share = share
    low = max(0, center - margin)
    high = min(1, center + margin)
  }
}
