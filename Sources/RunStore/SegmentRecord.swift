import Policies
import PopulationBasedTraining

/// A stretch of training of one trial between two comparisons, as it is planned.
public struct SegmentPlan: Hashable, Sendable {
  /// Which stretch of the trial it is: 0 before its first comparison.
  public let generation: Int
  /// The trial's number in the population.
  public let trial: Int
  /// The epochs to train, from 0.
  public let epochs: Range<Int>
  /// The trial whose checkpoint is the beginning; `nil` in generation 0 alone.
  public let parent: Int?
  /// The generation at whose end the parent made that checkpoint; `nil` in generation 0 alone.
  public let parentGeneration: Int?
  /// The augmentation of the stretch.
  public let policy: Policy
  /// The values of tuned hyperparameters by name; empty where none is tuned.
  public let tuned: [String: Double]

  /// Makes a plan; a parent's generation that is not given is the one before.
  public init(
    generation: Int, trial: Int, epochs: Range<Int>, parent: Int?, parentGeneration: Int? = nil,
    policy: Policy, tuned: [String: Double] = [:]
  ) {
    self.generation = generation
    self.trial = trial
    self.epochs = epochs
    self.parent = parent
    self.parentGeneration = parent.map { _ in parentGeneration ?? generation - 1 }
    self.policy = policy
    self.tuned = tuned
  }

  /// Where the plan stands in the journal.
  public var place: SegmentPlace { SegmentPlace(generation: generation, trial: trial) }

  /// The segment whose checkpoint is the beginning.
  public var parentPlace: SegmentPlace? {
    if let parent, let parentGeneration {
      SegmentPlace(generation: parentGeneration, trial: parent)
    } else {
      nil
    }
  }
}

/// Which segment of a search is meant.
public struct SegmentPlace: Hashable, Sendable {
  /// The generation, from 0.
  public let generation: Int
  /// The trial, from 0.
  public let trial: Int

  /// The segment of a trial in a generation, both from 0.
  public init(generation: Int, trial: Int) {
    self.generation = generation
    self.trial = trial
  }

  /// The name of the checkpoint that the segment makes.
  public func checkpointName(_ format: CheckpointFormat = .weights) -> String {
    "g\(Self.padded(generation))-t\(Self.padded(trial))" + format.suffix
  }

  private static func padded(_ number: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
  }
}

/// How a segment ended.
public enum SegmentResult: Hashable, Sendable {
  /// Trained to its end.
  case done(CheckpointRecord, SegmentMetrics)
  /// The loss stopped being a number; the reason says where.
  case failed(reason: String)
}

/// The result of a segment where trials are compared one by one.
public struct SegmentArrival: Hashable, Sendable {
  /// The segment that ended.
  public let place: SegmentPlace
  /// How it ended.
  public let result: SegmentResult
  /// Which result it is, from 1; no two have the same.
  public let number: Int

  /// The result of a segment; `number` is its place among all results, from 1.
  public init(place: SegmentPlace, result: SegmentResult, number: Int) {
    self.place = place
    self.result = result
    self.number = number
  }
}

/// A segment as the journal holds it.
public struct SegmentRecord: Hashable, Sendable {
  /// What was to be trained.
  public let plan: SegmentPlan
  /// How it ended; `nil` while it is planned.
  public let result: SegmentResult?
  /// How it ended before it was planned again, because its checkpoint was damaged or lost.
  public let lostResult: SegmentResult?
  /// Which result it was, from 1, in the order of the decisions; `nil` where the population is compared at once.
  public let arrival: Int?

  /// A planned segment, and how it ended where it has.
  public init(
    plan: SegmentPlan, result: SegmentResult? = nil, lostResult: SegmentResult? = nil, arrival: Int? = nil
  ) {
    self.plan = plan
    self.result = result
    self.lostResult = lostResult
    self.arrival = arrival
  }

  /// The checkpoint it made before it was planned again.
  public var lostCheckpoint: CheckpointRecord? { lostResult?.checkpoint }

  /// The checkpoint of a finished segment.
  public var checkpoint: CheckpointRecord? { result?.checkpoint }

  /// The figures of a finished segment.
  public var metrics: SegmentMetrics? {
    if case .done(_, let metrics) = result { metrics } else { nil }
  }

  /// Why a segment failed, if it did.
  public var failure: String? {
    if case .failed(let reason) = result { reason } else { nil }
  }

  /// What a finished segment is compared by.
  public var score: Double? { metrics?.score }

  /// How it ended, also while it is trained again.
  public var lastResult: SegmentResult? { result ?? lostResult }
}

extension SegmentResult {
  /// The checkpoint of a segment that was trained to its end.
  public var checkpoint: CheckpointRecord? {
    if case .done(let checkpoint, _) = self { checkpoint } else { nil }
  }

  /// What a segment that was trained to its end is compared by.
  public var score: Double? {
    if case .done(_, let metrics) = self { metrics.score } else { nil }
  }
}

extension Sequence<SegmentRecord> {
  /// The segment with the best score, among equals that of the lowest trial; nil where none has one.
  public func best(_ direction: Direction) -> SegmentRecord? {
    var best: SegmentRecord?
    for record in sorted(by: { $0.plan.trial < $1.plan.trial }) {
      guard let score = record.score else { continue }
      if best?.score.map({ direction.prefers(score, to: $0) }) ?? true { best = record }
    }
    return best
  }
}
