import PopulationBasedTraining

/// MF-PBT's explorer: parts of the population that evolve at different frequencies, with asymmetric migration between them.
///
/// Doulazmi et al., "Multiple-Frequencies Population-Based Training", 2025. The parts are compared at every, every second,
/// every fourth and every eighth comparison. A short-sighted choice of the fast parts is outlived by what the slow parts
/// reach over longer times. Policies change as PBA's do, in copies within a part; a migrant's policy is not changed.
///
/// The paper has four parts with the frequencies 1, 10, 25 and 50 among a thousand comparisons; a search has tens of them. Its
/// parts have eight trials or six; where a population has fewer than 16 trials, there are as many parts of four as it
/// allows, the fast ones. Its quarters are the quantile here, and the source of a copy is drawn among the highest.
public struct MultipleFrequencies: Explorer, Hashable {
  private let start: RandomStart

  /// Every how many comparisons the parts are compared.
  public static let frequencies = [1, 2, 4, 8]
  /// The fewest trials of a part: with a quantile of a quarter, one of each bracket.
  public static let leastPart = 4

  /// Makes the explorer of a space.
  public init(_ space: SearchSpace) { start = RandomStart(space) }

  /// A policy of the space, each with the same chance, as the authors' program draws its hyperparameters.
  public func beginning(
    of trial: Int, from start: Policy, using generator: inout some RandomNumberGenerator
  ) -> Policy { self.start.beginning(of: trial, from: start, using: &generator) }

  /// What a trial takes over at the comparisons of its part.
  public func choice(
    for trial: Int, in ranking: Ranking, using generator: inout some RandomNumberGenerator
  ) -> CopyChoice? {
    let parts = min(Self.frequencies.count, max(1, ranking.scores.count / Self.leastPart))
    return SubpopulationChoice(
      population: ranking.scores.count, frequencies: Array(Self.frequencies.prefix(parts))
    ).choice(for: trial, in: ranking, using: &generator)
  }

  /// Perturbs the copied policy as PBA does.
  public func explore(
    _ request: Exploration<Policy>, using generator: inout some RandomNumberGenerator
  ) -> Policy { start.explore(request, using: &generator) }

  /// Two parts.
  public var leastPopulation: Int { 2 * Self.leastPart }
  /// It cannot: a part is compared as a whole.
  public var isAsynchronous: Bool { false }
}

extension NamedExplorer {
  /// Parts of the population that evolve at different frequencies.
  public static let multipleFrequencies = NamedExplorer("mf-pbt") { MultipleFrequencies($0) }
}
