import RunStore

/// The trainings of a comparison, as far as they have come.
public struct ComparisonProgress: Sendable {
  /// One training.
  public struct Training: Sendable {
    /// The policy as the comparison names it.
    public let policy: String
    /// The training's seed.
    public let seed: UInt64
    /// The epochs that have been recorded.
    public let epochs: [EpochRecord]
    /// Whether it has come to its end.
    public let isFinished: Bool
    /// Why its run cannot be read, if it cannot.
    public let problem: String?

    /// A training as far as it has come.
    public init(
      policy: String, seed: UInt64, epochs: [EpochRecord], isFinished: Bool, problem: String? = nil
    ) {
      self.policy = policy
      self.seed = seed
      self.epochs = epochs
      self.isFinished = isFinished
      self.problem = problem
    }
  }

  /// The policies in their order, each seed ascending.
  public let trainings: [Training]
  /// The result of the comparison; of one that has not ended, the result of its finished trainings.
  public let summary: ComparisonSummary
  /// Whether the number of images is known.
  var knowsImages: Bool { summary.images > 0 }

  /// The trainings so far; without a summary it is made from those that have finished.
  public init(_ trainings: [Training], summary: ComparisonSummary? = nil) {
    self.trainings = trainings
    self.summary = summary ?? Self.summary(trainings)
  }

  /// Reads what the folder of a comparison holds.
  init(of path: String, _ settings: [RunSetting], through runs: OpenRuns) throws {
    let folder = ComparisonFolder(path)
    let first = settings["seed"].flatMap { UInt64($0.text) } ?? 0
    let count = UInt64(max(settings.integer("seeds") ?? 0, 0))
    var trainings: [Training] = []
    for (index, policy) in (settings["policies"]?.values ?? []).enumerated() {
      for seed in (0..<count).map({ first &+ $0 }) {
        // One that is damaged takes nothing from the others.
        let found = Result { try folder.progress(ofPolicy: index, seed: seed, through: runs) }
        let (progress, problem): ((epochs: [EpochRecord], isFinished: Bool)?, String?) =
          switch found {
          case .success(let progress): (progress, nil)
          case .failure(let error): (nil, "\(error)")
          }
        trainings.append(
          Training(
            policy: policy, seed: seed, epochs: progress?.epochs ?? [],
            isFinished: progress?.isFinished ?? false, problem: problem))
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
