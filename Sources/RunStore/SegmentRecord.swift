import Policies

/// A stretch of training of one trial between two comparisons, as it is planned.
public struct SegmentPlan: Hashable, Sendable {
  /// Which stretch it is: 0 before the first comparison.
  public let generation: Int
  /// The trial's number in the population.
  public let trial: Int
  /// The epochs to train, from 0.
  public let epochs: Range<Int>
  /// The trial whose checkpoint of the generation before is the beginning; `nil` in generation 0 alone.
  public let parent: Int?
  /// The augmentation of the stretch.
  public let policy: Policy

  public init(generation: Int, trial: Int, epochs: Range<Int>, parent: Int?, policy: Policy) {
    self.generation = generation
    self.trial = trial
    self.epochs = epochs
    self.parent = parent
    self.policy = policy
  }

  /// Where the plan stands in the journal.
  public var place: SegmentPlace { SegmentPlace(generation: generation, trial: trial) }
}

/// Which segment of a search is meant.
public struct SegmentPlace: Hashable, Sendable {
  public let generation: Int
  public let trial: Int

  public init(generation: Int, trial: Int) {
    self.generation = generation
    self.trial = trial
  }
}

/// What a finished segment reached.
public struct SegmentMetrics: Codable, Hashable, Sendable {
  /// The share of the validation images that are classified rightly, 0 to 1: what trials are compared by.
  public let validationAccuracy: Double
  /// The mean loss over the training images in the last epoch.
  public let trainLoss: Double
  /// The share of the augmented training images classified rightly in the last epoch, 0 to 1.
  public let trainAccuracy: Double
  /// The time the segment took.
  public let seconds: Double

  public init(validationAccuracy: Double, trainLoss: Double, trainAccuracy: Double, seconds: Double) {
    self.validationAccuracy = validationAccuracy
    self.trainLoss = trainLoss
    self.trainAccuracy = trainAccuracy
    self.seconds = seconds
  }

  /// Whether every figure is a number.
  public var isFinite: Bool {
    validationAccuracy.isFinite && trainLoss.isFinite && trainAccuracy.isFinite && seconds.isFinite
  }
}

/// How a segment ended.
public enum SegmentResult: Hashable, Sendable {
  /// Trained to its end.
  case done(CheckpointRecord, SegmentMetrics)
  /// The loss stopped being a number; the reason says where.
  case failed(reason: String)
}

/// A segment as the journal holds it.
public struct SegmentRecord: Hashable, Sendable {
  public let plan: SegmentPlan
  /// How it ended; `nil` while it is planned.
  public let result: SegmentResult?
  /// The checkpoint it made before it was planned again, because that file was damaged or lost.
  public let lostCheckpoint: CheckpointRecord?

  /// The checkpoint of a finished segment.
  public var checkpoint: CheckpointRecord? { result?.checkpoint }

  /// The validation accuracy of a finished segment.
  public var validationAccuracy: Double? {
    if case .done(_, let metrics) = result { metrics.validationAccuracy } else { nil }
  }
}
