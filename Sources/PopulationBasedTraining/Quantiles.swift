/// The two ends of a ranked population.
public struct Quantiles: Hashable, Sendable {
  /// Trials to be replaced, worst first.
  public let bottom: [Int]
  /// Trials worth copying, best last; never a failed one.
  public let top: [Int]

  /// Makes the two ends from trial numbers.
  public init(bottom: [Int], top: [Int]) {
    self.bottom = bottom
    self.top = top
  }
}

/// Ranks a population and gives its two ends, each of ceil(n · fraction) trials.
///
/// The two never overlap: neither is larger than n / 2, so a fraction above 0.5 acts as 0.5, and a fraction
/// that is not positive gives two empty ends. Failed trials rank last and are left out of the top, which may
/// be smaller for it. Equal scores rank by trial number, so the order of `scores` does not matter.
///
/// - Parameters:
///   - scores: one score for each trial.
///   - fraction: the share of each end, 0 to 0.5.
///   - direction: which of two scores is the better one.
/// - Returns: the two ends, which never overlap.
public func quantiles(of scores: [Score], fraction: Double, direction: Direction = .maximize) -> Quantiles {
  quantiles(ofRanked: scores.sorted(by: direction.isWorse), fraction: fraction)
}

/// The two ends of scores that are sorted, worst first.
func quantiles(ofRanked ranking: [Score], fraction: Double) -> Quantiles {
  let size = quantileSize(of: ranking.count, fraction: fraction)
  return Quantiles(
    bottom: ranking.prefix(size).map(\.trial),
    top: ranking.suffix(size).filter { !$0.isFailed }.map(\.trial))
}

/// The number of trials in each end.
func quantileSize(of count: Int, fraction: Double) -> Int {
  guard count > 1, fraction > 0 else { return 0 }
  guard fraction < 0.5 else { return count / 2 }
  // Decimal fractions are not exact: 100 · 0.07 is a little above 7 and would round up to 8.
  let forgiven = 1e-9
  return min(count / 2, Int((Double(count) * fraction - forgiven).rounded(.up)))
}
