import Statistics
import Text

/// The result of a comparison: for each policy its accuracies, their mean, and the difference to the first policy.
public struct ComparisonSummary: Codable, Hashable, Sendable {
  /// One training.
  public struct Entry: Codable, Hashable, Sendable {
    /// The training's seed.
    public let seed: UInt64
    /// The share of images classified correctly after the last epoch, 0 to 1; nil if the training failed.
    public let accuracy: Double?
    /// Why it failed, if it did.
    public let failure: String?

    /// The result of a training, or why there is none.
    public init(seed: UInt64, accuracy: Double?, failure: String? = nil) {
      self.seed = seed
      self.accuracy = accuracy
      self.failure = failure
    }
  }

  /// One policy.
  public struct Row: Codable, Hashable, Sendable {
    /// The policy as the comparison names it.
    public let policy: String
    /// By seed, ascending.
    public let entries: [Entry]
    /// The mean accuracy over the seeds; nil if every training failed.
    public let accuracy: MeanInterval?
    /// The mean of the differences to the first policy, each of two trainings with the same seed; nil for the first
    /// policy itself, and where no seed has both.
    public let difference: MeanInterval?
  }

  /// Which images the accuracies are of.
  public let split: EvaluatedSplit
  /// How many there are.
  public let images: Int
  /// The policies in the order of the comparison.
  public let rows: [Row]

  /// Summarises trainings.
  ///
  /// - Parameters:
  ///   - split: on which images accuracy was measured.
  ///   - images: how many images that are.
  ///   - trainings: the policies in their order, each with its trainings.
  public init(split: EvaluatedSplit, images: Int, trainings: [(policy: String, entries: [Entry])]) {
    self.split = split
    self.images = images
    let first = Self.accuracies(trainings.first?.entries ?? [])
    rows = trainings.enumerated().map { index, training in
      let own = Self.accuracies(training.entries)
      let seeds = own.keys.sorted()
      let differences = seeds.compactMap { seed in first[seed].flatMap { base in own[seed].map { $0 - base } }
      }
      return Row(
        policy: training.policy, entries: training.entries.sorted { $0.seed < $1.seed },
        accuracy: MeanInterval(seeds.compactMap { own[$0] }),
        difference: index == 0 ? nil : MeanInterval(differences))
    }
  }

  /// The same trainings with another policy as the first, which the others are compared with.
  ///
  /// - Parameter policy: the policy as the comparison names it.
  /// - Returns: the summary; nil where the comparison has no such policy.
  public func against(_ policy: String) -> ComparisonSummary? {
    guard let row = rows.first(where: { $0.policy == policy }) else { return nil }
    let order = [row] + rows.filter { $0.policy != policy }
    return ComparisonSummary(
      split: split, images: images, trainings: order.map { ($0.policy, $0.entries) })
  }

  private static func accuracies(_ entries: [Entry]) -> [UInt64: Double] {
    Dictionary(entries.compactMap { entry in entry.accuracy.map { (entry.seed, $0) } }) { first, _ in first }
  }
}

/// The images that a comparison measures on.
public enum EvaluatedSplit: String, Codable, Hashable, Sendable {
  /// Held out: looked at once, after the last epoch.
  case test
  /// Where a dataset has no test images.
  case validation
}

// MARK: - In words

extension ComparisonSummary {
  /// What a difference shows.
  public enum Verdict: Hashable, Sendable {
    /// The interval lies above 0, or below it.
    case better, worse
    /// The interval contains 0.
    case undecided
    /// There is no meaningful interval: fewer than two seeds have both results, or all differences are the
    /// same by chance, which makes an interval of no width.
    case unknown
  }

  /// What the difference of a row shows; nil for the first policy.
  public func verdict(on row: Row) -> Verdict? {
    guard row != rows.first else { return nil }
    guard let difference = row.difference, let margin = difference.margin,
      margin > 1e-9 || abs(difference.mean) <= 1e-9
    else { return .unknown }
    if abs(difference.mean) <= margin { return .undecided }
    return difference.mean > 0 ? .better : .worse
  }

  /// The table as comma-separated values: a line a policy, accuracies as shares, empty where there is none.
  ///
  /// The form is that of RFC 4180, with a newline alone at each line's end.
  public func csv() -> String {
    let seeds = rows.first?.entries.map(\.seed) ?? []
    let heads = [
      "policy", "n", "mean", "margin", "difference_n", "difference", "difference_margin", "failed",
    ]
    let lines = rows.map { row in
      let numbers: [String?] = [
        (row.accuracy?.count ?? 0).description, row.accuracy?.mean.description,
        row.accuracy?.margin?.description, row.difference?.count.description,
        row.difference?.mean.description, row.difference?.margin?.description,
        row.entries.count { $0.failure != nil }.description,
      ]
      return [csvField(row.policy)] + numbers.map { $0 ?? "" }
        + row.entries.map { $0.accuracy?.description ?? "" }
    }
    return ([heads + seeds.map { "seed_\($0)" }] + lines).map { $0.joined(separator: ",") + "\n" }.joined()
  }
}
