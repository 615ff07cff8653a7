import Augmentation
import Files
import Foundation
import Policies
import RunStore
import Search
import Threads

/// A made-up training whose best schedule is known.
///
/// Each of the fifteen operations has a strength of its own that helps most, which moves in a straight line from the first
/// epoch to the last; where it grows, from nothing. The strength of a policy's operation is the mean of probability times
/// magnitude over its entries. An epoch adds to the network's quality as much as the policy's strengths are near the best
/// ones: 1 where they are these.
struct DriftingTask: Hashable, Sendable {
  /// Gives the best strengths.
  let seed: UInt64
  /// The epochs of a training.
  let epochs: Int
  /// The standard deviation of a measured accuracy.
  let noise: Double
  /// Whether nothing is best at first, rather than any strength.
  let grows: Bool
  /// Whether weak policies look better early on than they are.
  let hasTrap: Bool

  /// What the quality of a whole training is worth in accuracy.
  static let worth = 0.4
  /// What the weakest policy gains in accuracy at the first epoch, where there is the trap; nothing at the last.
  static let trap = 0.1
  /// The largest strength that is best anywhere.
  private static let strongest = 0.7
  /// What a squared distance costs: a policy that does nothing is worth about a third where strengths do not grow.
  private static let cost = 4.0

  /// How near the policy is to the best at an epoch; 1 where it is the best, 0 or less where it is worse than none.
  func fit(_ policy: Policy, epoch: Int) -> Double {
    let strengths = strengths(of: policy)
    var squares = 0.0
    for (strength, best) in zip(strengths, bestStrengths(atEpoch: epoch)) {
      let distance = strength - best
      squares += distance * distance
    }
    return 1 - Self.cost * squares / Double(strengths.count)
  }

  /// The strength of each operation that helps most before the first epoch and after the last one.
  var endsOfBestStrengths: [(first: Double, last: Double)] {
    var random = RandomStream(seed: seed, domain: .preview)
    return SearchSpace.pba.operations.map { _ in
      let (drawn, last) = (random.uniform() * Self.strongest, random.uniform() * Self.strongest)
      return (grows ? 0 : drawn, last)
    }
  }

  /// The strength of each operation that helps most at an epoch.
  func bestStrengths(atEpoch epoch: Int) -> [Double] {
    let progress = (Double(epoch) + 0.5) / Double(epochs)
    return endsOfBestStrengths.map { $0.first + ($0.last - $0.first) * progress }
  }

  /// What a schedule loses against the best one, in points of accuracy, when a network is trained with it.
  func regret(of schedule: Schedule) -> Double {
    let fits = (0..<epochs).map { fit(schedule.policy(atEpoch: $0), epoch: $0) }
    return 100 * Self.worth * (1 - fits.reduce(0, +) / Double(epochs))
  }

  /// What the trap adds to a measurement: more for weak policies, less with every epoch.
  fileprivate func earlyBonus(of policy: Policy, epoch: Int) -> Double {
    guard hasTrap else { return 0 }
    let strengths = strengths(of: policy)
    let mean = strengths.reduce(0, +) / Double(strengths.count)
    return Self.trap * (1 - Double(epoch) / Double(epochs)) * (1 - 2 * mean)
  }

  /// The strength of each operation, 0 to 1.
  private func strengths(of policy: Policy) -> [Double] {
    let count = SearchSpace.pba.operations.count
    let copies = Double(policy.entries.count / count)
    var strengths = [Double](repeating: 0, count: count)
    for (place, entry) in policy.entries.enumerated() {
      strengths[place % count] += Double(entry.probability * entry.magnitude) / 90 / copies
    }
    return strengths
  }
}

/// Trains the made-up network: a checkpoint is its quality so far.
struct DriftingLearner: SegmentExecutor {
  let task: DriftingTask

  func run(_ segment: SegmentRequest, stop: StopFlag) throws -> SegmentOutcome {
    if stop.isRequested { throw WorkStopped() }
    var quality = 0.0
    if let parent = segment.parentCheckpoint {
      quality = Double(String(decoding: try readBytes(parent), as: UTF8.self)) ?? .nan
    }
    for epoch in segment.epochs { quality += task.fit(segment.policy, epoch: epoch) / Double(task.epochs) }
    try AtomicFile.writeTemporary(Data("\(quality)".utf8), to: segment.checkpoint)
    var luck = RandomStream(
      seed: task.seed, domain: .preview, trial: segment.trial + 1, epoch: segment.epochs.upperBound)
    // The sum of twelve uniform numbers has the variance 1.
    let error = task.noise * ((0..<12).reduce(0) { sum, _ in sum + luck.uniform() } - 6)
    let shown =
      0.5 + DriftingTask.worth * quality
      + task.earlyBonus(of: segment.policy, epoch: segment.epochs.upperBound)
      + error
    return .trained(
      SegmentMetrics(score: min(max(shown, 0), 1), trainLoss: 1 - quality, trainAccuracy: 0, seconds: 0))
  }
}
