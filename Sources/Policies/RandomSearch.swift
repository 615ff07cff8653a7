import PopulationBasedTraining

/// Searches without selection: each trial has one policy, drawn uniformly from the space, from its start to its end.
///
/// The baseline that any searcher must beat. The whole budget of the population is spent on policies that do not depend on
/// results; the best trial's is the schedule. A trial that failed has no state to continue from: it copies the best one
/// with its policy unchanged, so a schedule has one policy in any case.
public struct RandomSearch: Explorer, Hashable {
  private let space: SearchSpace

  /// Makes the explorer of a space.
  public init(_ space: SearchSpace) { self.space = space }

  /// A policy of the space, each with the same chance.
  public func beginning(
    of trial: Int, from start: Policy, using generator: inout some RandomNumberGenerator
  ) -> Policy { space.random(using: &generator) }

  /// The best trial as it is for one that failed, nothing for any other.
  public func choice(
    for trial: Int, in ranking: Ranking, using generator: inout some RandomNumberGenerator
  ) -> CopyChoice? {
    guard ranking.hasFailed(trial) else { return nil }
    return ranking.best.map { CopyChoice(source: $0, explores: false) }
  }

  /// The copied policy.
  public func explore(
    _ request: Exploration<Policy>, using generator: inout some RandomNumberGenerator
  ) -> Policy { request.copied }

  /// They do not.
  public var exploits: Bool { false }
}

extension NamedExplorer {
  /// No selection: one random policy for each trial.
  public static let random = NamedExplorer("random") { RandomSearch($0) }
}
