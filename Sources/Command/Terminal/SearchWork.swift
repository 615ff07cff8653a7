import RunStore
import Search

/// What a search still has to do, in units of its executor, such as images.
struct SearchWork {
  private let rules: SearchRules
  private let unitsPerEpoch: Int
  private let unitsPerComparison: Int
  /// The epoch at which each trial's newest segment ends, as far as it was started in this session.
  private var ends: [Int: Int] = [:]

  /// - Parameters:
  ///   - rules: those of the search.
  ///   - unitsPerEpoch: what one trial does in an epoch.
  ///   - unitsPerComparison: what it does beside that before each comparison.
  init(_ rules: SearchRules, unitsPerEpoch: Int, unitsPerComparison: Int = 0) {
    self.rules = rules
    self.unitsPerEpoch = unitsPerEpoch
    self.unitsPerComparison = unitsPerComparison
  }

  /// What is left by a search's journal.
  ///
  /// Whoever copies in an asynchronous search continues from another epoch, so there it is what is left if nobody does.
  func units(leftBy journal: SearchJournal) throws -> Int {
    let isNew = try journal.lastGeneration() == nil
    if isNew { return rules.population * units(after: 0) }
    guard rules.asynchronous else { return try synchronousUnits(leftBy: journal) }
    return try journal.segmentsByArrival().filter { $0.result == nil && $0.arrival == nil }
      .reduce(0) { $0 + units(after: $1.plan.epochs.lowerBound) }
  }

  /// What there is to do for one segment.
  func units(of segment: SegmentRequest) -> Int {
    segment.epochs.count * unitsPerEpoch + unitsPerComparison
  }

  /// How much more there is to do because of an event; less is negative.
  mutating func units(addedBy event: SearchEvent) -> Int {
    switch event {
    case .segmentStarted(let place, let epochs):
      ends[place.trial] = epochs.upperBound
      return 0
    case .copied(let exploit, let epoch):
      return ends[exploit.trial].map { units(after: epoch) - units(after: $0) } ?? 0
    default: return 0
    }
  }

  private func synchronousUnits(leftBy journal: SearchJournal) throws -> Int {
    try (0..<rules.generations).reduce(0) { sum, generation in
      let done = try journal.segments(generation: generation).count { $0.result != nil }
      let own = rules.epochs(of: generation).count * unitsPerEpoch + unitsPerComparison
      return sum + (rules.population - done) * own
    }
  }

  /// What one trial has to do after so many epochs.
  private func units(after epoch: Int) -> Int {
    let epochs = rules.epochs - epoch
    let comparisons = (epochs + rules.interval - 1) / rules.interval
    return epochs * unitsPerEpoch + comparisons * unitsPerComparison
  }
}
