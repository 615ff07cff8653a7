import Datasets
import RunStore
import Search
import Workers

/// The images that a search still has to send through networks, in training and validation alike.
struct SearchWork {
  private let configuration: SearchConfiguration
  private let imagesPerEpoch: Int
  private let imagesPerComparison: Int
  /// The epoch at which each trial's newest segment ends, as far as it was started in this session.
  private var ends: [Int: Int] = [:]

  init(_ configuration: SearchConfiguration, _ data: DatasetSplits) {
    self.configuration = configuration
    imagesPerEpoch = configuration.recipe.imagesPerEpoch(of: data)
    imagesPerComparison = data.validation.count
  }

  /// What is left by a search's journal.
  ///
  /// Whoever copies in an asynchronous search continues from another epoch, so there it is what is left if nobody does.
  func images(leftBy journal: SearchJournal) throws -> Int {
    let isNew = try journal.lastGeneration() == nil
    if isNew { return configuration.population * images(after: 0) }
    guard configuration.asynchronous else { return try synchronousImages(leftBy: journal) }
    return try journal.segmentsByArrival().filter { $0.result == nil && $0.arrival == nil }
      .reduce(0) { $0 + images(after: $1.plan.epochs.lowerBound) }
  }

  /// The images of one segment.
  func images(of segment: SegmentRequest) -> Int {
    segment.epochs.count * imagesPerEpoch + imagesPerComparison
  }

  /// How much more there is to do because of an event; less is negative.
  mutating func images(addedBy event: SearchEvent) -> Int {
    switch event {
    case .segmentStarted(let place, let epochs):
      ends[place.trial] = epochs.upperBound
      return 0
    case .copied(let exploit, let epoch):
      return ends[exploit.trial].map { images(after: epoch) - images(after: $0) } ?? 0
    default: return 0
    }
  }

  private func synchronousImages(leftBy journal: SearchJournal) throws -> Int {
    let (recipe, interval) = (configuration.recipe, configuration.interval)
    return try stride(from: 0, to: recipe.epochs, by: interval).enumerated().reduce(0) { sum, next in
      let done = try journal.segments(generation: next.offset).count { $0.result != nil }
      let own = min(interval, recipe.epochs - next.element) * imagesPerEpoch + imagesPerComparison
      return sum + (configuration.population - done) * own
    }
  }

  /// What one trial has to do after so many epochs.
  private func images(after epoch: Int) -> Int {
    let epochs = configuration.recipe.epochs - epoch
    let comparisons = (epochs + configuration.interval - 1) / configuration.interval
    return epochs * imagesPerEpoch + comparisons * imagesPerComparison
  }
}
