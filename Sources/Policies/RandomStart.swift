import PopulationBasedTraining

/// PBA's rules from random policies: trials begin with those of ``RandomSearch``, and go on as with ``PolicyPerturbation``.
///
/// Population Based Training as it was published (Jaderberg et al., 2017) begins with random hyperparameters. PBA begins with
/// policies that do nothing, and spends comparisons on the way to strong ones.
public struct RandomStart: Explorer, Hashable {
  private let random: RandomSearch
  private let perturbation = PolicyPerturbation()

  /// Makes the explorer of a space.
  public init(_ space: SearchSpace) { random = RandomSearch(space) }

  /// A policy of the space, each with the same chance.
  public func beginning(
    of trial: Int, from start: Policy, using generator: inout some RandomNumberGenerator
  ) -> Policy { random.beginning(of: trial, from: start, using: &generator) }

  /// Perturbs the copied policy as PBA does.
  public func explore(
    _ request: Exploration<Policy>, using generator: inout some RandomNumberGenerator
  ) -> Policy { perturbation.explore(request, using: &generator) }
}

extension NamedExplorer {
  /// PBA's rules from random policies.
  public static let pbaRandomStart = NamedExplorer("pba-random-start") { RandomStart($0) }
}
