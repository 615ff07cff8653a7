/// The trials of a comparison from worst to best, as an explorer sees them.
public struct Ranking: Hashable, Sendable {
  /// Their scores, worst first: failed trials, then by value; equal scores by trial number.
  public let scores: [Score]
  /// The two ends, as `quantiles(of:fraction:direction:)` gives them.
  public let ends: Quantiles
  /// The number of the comparison.
  public let generation: Int
  /// The share of the population at each end, 0 to 0.5; 0 where nothing is compared yet.
  public let fraction: Double
  /// Which of two scores is the better one.
  public let direction: Direction
  /// The best trial that did not fail, one outside the comparison where all of it failed; nil where there is none.
  public let best: Int?
  /// Whom truncation selection replaces.
  private let replaced: Set<Int>

  /// Ranks the trials of a comparison.
  ///
  /// - Parameters:
  ///   - scores: one score of each trial, in any order.
  ///   - others: scores of trials outside the comparison that a failed one may fall back on.
  ///   - generation: the number of the comparison.
  ///   - fraction: the share of the population at each end, 0 to 0.5.
  ///   - direction: which of two scores is the better one.
  /// - Throws: `PopulationError.repeatedTrial` where a trial is scored twice.
  public init(
    _ scores: [Score], or others: [Score] = [], generation: Int, fraction: Double, direction: Direction
  ) throws(PopulationError) {
    var seen = Set<Int>()
    for score in scores where !seen.insert(score.trial).inserted { throw .repeatedTrial(score.trial) }
    self.scores = scores.sorted(by: direction.isWorse)
    self.generation = generation
    self.fraction = fraction
    self.direction = direction
    ends = quantiles(ofRanked: self.scores, fraction: fraction)
    replaced = Set(ends.bottom).union(scores.lazy.filter(\.isFailed).map(\.trial))
    best = (scores + others).filter { !$0.isFailed }.max(by: direction.isWorse)?.trial
  }

  /// What truncation selection decides on a trial.
  ///
  /// Each trial of the bottom quantile, and each failed trial even beyond it, copies a uniformly drawn trial of the top
  /// quantile and explores around that one's hyperparameters (Jaderberg et al., "Population Based Training of Neural
  /// Networks", 2017). Where the quantiles are empty, a failed trial copies the best one.
  public func truncation(
    for trial: Int, using generator: inout some RandomNumberGenerator
  ) -> CopyChoice? {
    guard replaced.contains(trial) else { return nil }
    guard !ends.top.isEmpty else { return best.map { CopyChoice(source: $0) } }
    return CopyChoice(source: ends.top[generator.boundedInteger(below: ends.top.count)])
  }

  /// Whether the trial is among the compared ones and has no usable result.
  public func hasFailed(_ trial: Int) -> Bool {
    replaced.contains(trial) && scores.prefix { $0.isFailed }.contains { $0.trial == trial }
  }
}

/// What a trial takes over at a comparison.
public struct CopyChoice: Hashable, Sendable {
  /// The trial whose weights, optimiser state and epoch it takes over.
  public let source: Int
  /// The trial whose hyperparameters it takes over.
  public let donor: Int
  /// Whether the explorer changes these; otherwise it continues with them as they are.
  public let explores: Bool

  /// Makes the choice; hyperparameters are the source's unless another trial is named.
  public init(source: Int, donor: Int? = nil, explores: Bool = true) {
    self.source = source
    self.donor = donor ?? source
    self.explores = explores
  }
}
