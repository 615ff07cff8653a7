import Policies
import RunStore
import Threads

/// Trains segments: the effect behind the search.
///
/// A segment is a pure function of its request, of the data and of the settings: the same request gives the same
/// checkpoint, byte for byte, whatever ran before or runs beside it. Resuming a search relies on that.
public protocol SegmentExecutor: Sendable {
  /// Trains one segment and writes its checkpoint to `segment.checkpoint`.
  ///
  /// Called from several threads at once, each with a large stack; it blocks until the segment is finished. A
  /// long-running executor looks at `segment.stop` now and then and throws `WorkStopped` when it is set.
  ///
  /// - Returns: what was reached, or that the loss is no longer a number.
  /// - Throws: any other failure; it ends the search, which can be resumed.
  func run(_ segment: SegmentRequest) throws -> SegmentOutcome

  /// How many segments of a population the machine can train at once; asked where the settings leave it open.
  func segmentsAtOnce(population: Int) throws -> SegmentCapacity
}

extension SegmentExecutor {
  /// How many segments of a population train at once under a setting.
  public func segmentsAtOnce(_ concurrency: Concurrency, population: Int) throws -> SegmentCapacity {
    switch concurrency {
    case .trials(let count): SegmentCapacity(setting: count)
    case .automatic: try segmentsAtOnce(population: population)
    }
  }

  /// One segment for each core of the processor.
  public func segmentsAtOnce(population: Int) throws -> SegmentCapacity {
    SegmentCapacity(population: population, cores: CoreCount.usable)
  }
}

/// Everything that decides a segment, beside the settings of the search.
public struct SegmentRequest: Sendable {
  /// The trial's number: with the seed, the source of its random numbers.
  public let trial: Int
  /// Which stretch of the trial it is, from 0.
  public let generation: Int
  /// The epochs to train, from 0.
  ///
  /// The parent's checkpoint has trained those before.
  public let epochs: Range<Int>
  /// Whether these are the last epochs of the search.
  public let isLast: Bool
  /// The augmentation.
  public let policy: Policy
  /// The checkpoint to start from, whole and verified; `nil` to start from fresh weights.
  public let parentCheckpoint: String?
  /// Where to write the checkpoint: a temporary name, which the search makes durable and renames.
  public let checkpoint: String
  /// Which of the segments in training it is, from 0; an executor with several devices spreads segments by it.
  public let slot: Int
  /// Whether the search has been asked to stop.
  public let stop: StopFlag
}

/// How a segment ended, if nothing went wrong outside it.
public enum SegmentOutcome: Sendable {
  /// Trained; the checkpoint is written.
  case trained(SegmentMetrics)
  /// The loss became NaN or infinite; the reason names epoch and step.
  case notFinite(reason: String)
}
