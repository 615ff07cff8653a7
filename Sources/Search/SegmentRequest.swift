import Augmentation
import Policies
import RunStore

/// Which attempt at a segment is meant.
///
/// A reply counts only with the key that was given last: an executor that tries a segment again counts the attempt up.
/// Its text is `generation/trial/attempt`, such as `3/12/1`.
public struct SegmentKey: Hashable, Sendable {
  /// The segment.
  public var place: SegmentPlace
  /// Which attempt at it, from 1.
  public var attempt: Int

  /// The key of an attempt, from 1.
  public init(_ place: SegmentPlace, attempt: Int = 1) {
    self.place = place
    self.attempt = attempt
  }
}

extension SegmentKey: LosslessStringConvertible {
  /// Reads `generation/trial/attempt`; nil for anything else.
  public init?(_ text: String) {
    let words = text.split(separator: "/", omittingEmptySubsequences: false)
    let numbers = words.compactMap { Int($0) }
    // One text for each key: no signs, no leading zeros.
    guard words.count == 3, numbers.count == 3, numbers[0] >= 0, numbers[1] >= 0, numbers[2] >= 1 else {
      return nil
    }
    self.init(SegmentPlace(generation: numbers[0], trial: numbers[1]), attempt: numbers[2])
    guard description == text else { return nil }
  }

  /// The text that `init(_:)` reads.
  public var description: String { "\(place.generation)/\(place.trial)/\(attempt)" }
}

/// Everything that decides a segment, beside the settings of the search.
///
/// A plain value, so that it can be sent to a process that trains elsewhere:
///
///     let line = try request.line()
///     let same = try SegmentRequest(line: line)
public struct SegmentRequest: Hashable, Sendable {
  /// Which segment it is, and which attempt at it.
  public var key: SegmentKey
  /// The seed of the search: with the trial's number and the epoch, the source of random numbers.
  public var seed: UInt64
  /// The epochs to train, from 0.
  ///
  /// The parent's checkpoint has trained those before.
  public var epochs: Range<Int>
  /// Whether these are the last epochs of the search.
  public var isLast: Bool
  /// The augmentation.
  public var policy: Policy
  /// The space that the policy belongs to; nil for PBA's.
  public var space: SearchSpace?
  /// The checkpoint to start from, whole and verified; `nil` to start from fresh weights at epoch 0.
  public var parentCheckpoint: String?
  /// Where to write the checkpoint: a temporary name, which the search makes durable and renames.
  public var checkpoint: String
  /// The values of tuned hyperparameters by their names; empty where none is tuned.
  public var tuned: [String: Double]
  /// Which of the segments in training it is, from 0; an executor with several devices spreads segments by it.
  public var slot: Int

  /// Makes a request from its parts.
  public init(
    key: SegmentKey, seed: UInt64, epochs: Range<Int>, isLast: Bool, policy: Policy,
    space: SearchSpace? = nil, parentCheckpoint: String?, checkpoint: String, tuned: [String: Double] = [:],
    slot: Int
  ) {
    self.key = key
    self.seed = seed
    self.epochs = epochs
    self.isLast = isLast
    self.policy = policy
    self.space = space
    self.parentCheckpoint = parentCheckpoint
    self.checkpoint = checkpoint
    self.tuned = tuned
    self.slot = slot
  }

  /// What happens to the images.
  public var program: AugmentationProgram {
    policy.program(operationCount: (space ?? .pba).operationCount)
  }

  /// The trial's number.
  public var trial: Int { key.place.trial }
  /// Which stretch of the trial it is, from 0.
  public var generation: Int { key.place.generation }
}
