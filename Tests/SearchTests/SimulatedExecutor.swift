import Foundation
import Policies
import RunStore
import Search
import Threads

/// An executor that trains nothing but keeps the law of every executor: its checkpoint and its figures are a pure
/// function of the request and of the parent's bytes.
struct SimulatedExecutor: SegmentExecutor {
  let seed: UInt64
  /// Where the loss becomes NaN.
  var failing: @Sendable (SegmentPlace) -> Bool = { _ in false }
  /// Called when a half of the checkpoint is written.
  var halfway: @Sendable (SegmentRequest) throws -> Void = { _ in }
  /// Whether it stops there when the search is asked to.
  var heedsStop = false

  func run(_ segment: SegmentRequest, stop: StopFlag) throws -> SegmentOutcome {
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

/// The failure of a machine, for the tests.
struct MachineFailure: Error, CustomStringConvertible {
  let description = "no space left on the disk"
}
