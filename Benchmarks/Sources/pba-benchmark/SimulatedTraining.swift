import Files
import Foundation
import RunStore
import Search
import Threads

/// An executor that trains nothing, so that all the time of a search is the search's own.
///
/// It keeps the law of every executor: checkpoint and score are a pure function of the request, the seed and the
/// parent's bytes.
struct SimulatedTraining: SegmentExecutor {
  let seed: UInt64

  func run(_ segment: SegmentRequest, stop: StopFlag) throws -> SegmentOutcome {
    if stop.isRequested { throw WorkStopped() }
    var state = Mixture()
    for number in [seed, UInt64(segment.trial), UInt64(segment.epochs.upperBound)] { state.add(number) }
    for entry in segment.policy.entries {
      state.add(UInt64(entry.probability))
      state.add(UInt64(entry.magnitude))
    }
    if let parent = segment.parentCheckpoint {
      for byte in try readBytes(parent) { state.add(UInt64(byte)) }
    }
    let weights = Data("simulated weights after \(segment.epochs.upperBound) epochs: \(state.value)\n".utf8)
    try AtomicFile.writeTemporary(weights, to: segment.checkpoint)
    let score = Double(state.value >> 11) * 0x1p-53
    return .trained(SegmentMetrics(score: score, trainLoss: 1 - score, trainAccuracy: score, seconds: 0))
  }
}

/// Numbers mixed into one (SplitMix64's finaliser: Steele, Lea and Flood, 2014).
private struct Mixture {
  private(set) var value: UInt64 = 0x9e37_79b9_7f4a_7c15

  mutating func add(_ number: UInt64) {
    value = (value ^ number) &+ 0x9e37_79b9_7f4a_7c15
    value = (value ^ (value >> 30)) &* 0xbf58_476d_1ce4_e5b9
    value = (value ^ (value >> 27)) &* 0x94d0_49bb_1331_11eb
    value ^= value >> 31
  }
}
