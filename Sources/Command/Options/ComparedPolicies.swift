import Comparison
import Files
import Foundation
import Policies
import RunStore

/// The policies of a comparison, each schedule file read once.
///
/// A file may be replaced while the comparison runs; all its trainings have what stood there at its beginning.
package struct ComparedPolicies {
  private let dataset: String
  private let policies: [(played: PlayedPolicy, file: PolicyChoice?)]

  /// Reads the schedule files.
  ///
  /// - Parameters:
  ///   - configuration: the settings of the comparison.
  ///   - folder: where the comparison keeps its own copies of schedules, which are then the ones to use,
  ///     whatever became of the files that they came from; nil before it has begun.
  /// - Throws: `PolicyError` or `FileError` for a schedule that cannot be read.
  init(_ configuration: ComparisonConfiguration, in folder: String?) throws {
    dataset = configuration.data.dataset
    policies = try configuration.played.enumerated().map { index, played in
      let kept = folder.map { ComparisonFolder($0).keptSchedule(ofPolicy: index) }
      let path = try kept.flatMap { try isOwnFileThere($0) ? $0 : nil } ?? played.policy
      let choice = try PolicyChoice(
        path, dataset: configuration.data.dataset, seed: configuration.recipe.seed)
      try choice.check(played.order, of: "policies")
      return (played, choice.isFile ? choice : nil)
    }
  }

  /// How each of them is played.
  var orders: [PolicyOrder] { policies.map(\.played.order) }

  /// The policies for a seed, in their order; the seed decides those that are drawn at random.
  func choices(seed: UInt64) throws -> [PolicyChoice] {
    try policies.map { try $0.file ?? PolicyChoice($0.played.policy, dataset: dataset, seed: seed) }
  }
}
