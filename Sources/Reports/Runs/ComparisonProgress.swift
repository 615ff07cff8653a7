import RunStore

/// The trainings of a comparison, as far as they have come.
public struct ComparisonProgress: Sendable {
  /// One training.
  public struct Training: Sendable {
    public let policy: String
    public let seed: UInt64
    public let epochs: [EpochRecord]
    public let isFinished: Bool

    public init(policy: String, seed: UInt64, epochs: [EpochRecord], isFinished: Bool) {
      self.policy = policy
      self.seed = seed
      self.epochs = epochs
      self.isFinished = isFinished
    }
  }

  /// The policies in their order, each seed ascending.
  public let trainings: [Training]
  /// What the comparison came to; of one that has not ended, what its finished trainings come to.
  public let summary: ComparisonSummary
  /// Whether the number of images is known.
  var knowsImages: Bool { summary.images > 0 }

  public init(_ trainings: [Training], summary: ComparisonSummary? = nil) {
    self.trainings = trainings
    self.summary = summary ?? Self.summary(trainings)
  }

  /// Reads what the folder of a comparison holds.
  init(of path: String, _ settings: [RunSetting]) throws {
    let folder = ComparisonFolder(path)
    let first = settings["seed"].flatMap { UInt64($0.text) } ?? 0
    let count = UInt64(max(settings.integer("seeds") ?? 0, 0))
    var trainings: [Training] = []
    for (index, policy) in (settings["policies"]?.values ?? []).enumerated() {
      for seed in (0..<count).map({ first &+ $0 }) {
        let found = try folder.progress(ofPolicy: index, seed: seed)
        trainings.append(
          Training(
            policy: policy, seed: seed, epochs: found?.epochs ?? [], isFinished: found?.isFinished ?? false))
      }
    }
    self.init(trainings, summary: folder.summary())
  }

  private static func summary(_ trainings: [Training]) -> ComparisonSummary {
    let ended = trainings.filter(\.isFinished).compactMap(\.epochs.last)
    let split: EvaluatedSplit = ended.contains { $0.testAccuracy != nil } ? .test : .validation
    var policies: [String] = []
    for training in trainings where !policies.contains(training.policy) { policies.append(training.policy) }
    return ComparisonSummary(
      split: split, images: 0,
      trainings: policies.map { policy in
        (
          policy,
          trainings.filter { $0.policy == policy }.map { training in
            let last = training.isFinished ? training.epochs.last : nil
            return ComparisonSummary.Entry(
              seed: training.seed, accuracy: split == .test ? last?.testAccuracy : last?.validationAccuracy)
          }
        )
      })
  }
}
