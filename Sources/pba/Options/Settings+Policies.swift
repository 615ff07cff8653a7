import Foundation
import Policies
import RunStore
import Search

extension ComparisonConfiguration {
  /// The policies for a seed, in their order.
  ///
  /// - Parameter folder: where the comparison keeps its own copies of schedules, which are then the ones to use,
  ///   whatever became of the files that they came from; nil before it has begun.
  func choices(seed: UInt64, in folder: String?) throws -> [PolicyChoice] {
    try policies.enumerated().map { index, text in
      let played = try PlayedPolicy(parsing: text)
      let kept = folder.map { ComparisonFolder($0).keptSchedule(ofPolicy: index) }
      let usesKept = kept.map { FileManager.default.fileExists(atPath: $0) } ?? false
      let choice = try PolicyChoice(
        usesKept ? kept ?? played.policy : played.policy, dataset: data.dataset, seed: seed)
      try choice.check(played.order)
      return choice
    }
  }
}
