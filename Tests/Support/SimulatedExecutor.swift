import Foundation
import Policies
import RunStore
import Search
import Threads

/// An executor that trains nothing but keeps the law of every executor: its checkpoint and its figures are a pure
/// function of the request and of the parent's bytes.
public struct SimulatedExecutor: SegmentExecutor {
  private let seed: UInt64
  private let failing: @Sendable (SegmentPlace) -> Bool
  private let halfway: @Sendable (SegmentRequest) throws -> Void
  private let heedsStop: Bool

  /// Makes an executor.
  ///
  /// - Parameters:
  ///   - seed: other seeds give other figures.
  ///   - failing: where the loss becomes NaN.
  ///   - halfway: called when a half of the checkpoint is written.
  ///   - heedsStop: whether it stops there when the search is asked to.
  public init(
    seed: UInt64, failing: @escaping @Sendable (SegmentPlace) -> Bool = { _ in false },
    halfway: @escaping @Sendable (SegmentRequest) throws -> Void = { _ in }, heedsStop: Bool = false
  ) {
    self.seed = seed
    self.failing = failing
    self.halfway = halfway
    self.heedsStop = heedsStop
  }

  /// Writes the checkpoint and gives its figures.
  public func run(_ segment: SegmentRequest, stop: StopFlag) throws -> SegmentOutcome {
    var digest = FNV1a()
    digest.add(seed)
    digest.add(UInt64(segment.trial))
    digest.add(UInt64(segment.epochs.lowerBound))
    digest.add(UInt64(segment.epochs.upperBound))
    for number in segment.policy.searchVector { digest.add(UInt64(number)) }
    if let parent = segment.parentCheckpoint {
      for byte in try Data(contentsOf: URL(fileURLWithPath: parent)) { digest.add(UInt64(byte)) }
    }
    let text = Data("weights after \(segment.epochs.upperBound) epochs: \(digest.value)\n".utf8)
    let file = URL(fileURLWithPath: segment.checkpoint)
    try text.prefix(text.count / 2).write(to: file)
    try halfway(segment)
    if heedsStop && stop.isRequested { throw WorkStopped() }
    if failing(SegmentPlace(generation: segment.generation, trial: segment.trial)) {
      return .notFinite(reason: "the loss became nan in epoch \(segment.epochs.upperBound), step 1")
    }
    try text.write(to: file)
    // Few different values, so that ties happen.
    let accuracy = Double(digest.value % 20) / 20
    return .trained(
      SegmentMetrics(
        score: accuracy, trainLoss: 1 - accuracy / 3, trainAccuracy: accuracy / 7, seconds: 0.5))
  }
}

/// A hash of numbers (Fowler, Noll and Vo's FNV-1a, 64 bits, taken eight bytes at once).
private struct FNV1a {
  private(set) var value: UInt64 = 0xcbf2_9ce4_8422_2325

  mutating func add(_ number: UInt64) {
    value = (value ^ number) &* 0x0000_0100_0000_01b3
    value ^= value >> 29
  }
}

/// Trains nothing; a function says what a segment reaches.
public struct ScriptedExecutor: SegmentExecutor {
  private let accuracy: @Sendable (SegmentRequest) throws -> Double

  /// Makes an executor of the function.
  public init(accuracy: @escaping @Sendable (SegmentRequest) throws -> Double) {
    self.accuracy = accuracy
  }

  /// Writes a checkpoint that tells epochs apart, and gives what the function says.
  public func run(_ segment: SegmentRequest, stop: StopFlag) throws -> SegmentOutcome {
    let accuracy = try accuracy(segment)
    try Data("after \(segment.epochs.upperBound)\n".utf8).write(to: URL(fileURLWithPath: segment.checkpoint))
    return .trained(
      SegmentMetrics(score: accuracy, trainLoss: 1, trainAccuracy: accuracy, seconds: 0.5))
  }
}

/// The failure of a machine.
public struct MachineFailure: Error, CustomStringConvertible {
  /// What the system says.
  public let description = "no space left on the disk"

  /// Makes the failure.
  public init() {}
}
