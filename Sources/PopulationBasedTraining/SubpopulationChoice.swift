/// Who copies whom in a population whose parts evolve at different frequencies.
///
/// Doulazmi et al., "Multiple-Frequencies Population-Based Training", 2025. The population is divided into parts of
/// neighbouring trials. A part of frequency f is compared at every f-th comparison. Then its lowest quantile copies its
/// highest, and the quantile above the lowest may take a state over from outside: its best trial from the best trial of all
/// other parts, the next from the next best, where that one is better. Migration is asymmetric. From a part that is compared
/// less often the hyperparameters come along. From one that is compared more often they do not: the trial continues with
/// those of the best trial of its own part, so that what pays off at once does not spread to where the long run counts.
package struct SubpopulationChoice: Hashable, Sendable {
  /// The number of trials.
  package let population: Int
  /// Every how many comparisons each part is compared, in ascending order.
  package let frequencies: [Int]

  /// Divides a population; there is one frequency at least.
  package init(population: Int, frequencies: [Int]) {
    self.population = population
    self.frequencies = frequencies
  }

  /// The part that a trial belongs to; sizes differ by at most 1.
  package func part(of trial: Int) -> Int { trial * frequencies.count / max(1, population) }

  /// What a trial takes over.
  ///
  /// A failed trial copies whenever it failed: of the highest quantile of its part, or the best of its part, or where all
  /// of that failed the best of all.
  package func choice(
    for trial: Int, in ranking: Ranking, using generator: inout some RandomNumberGenerator
  ) -> CopyChoice? {
    let own = part(of: trial)
    let frequency = frequencies[own]
    let isCompared = (ranking.generation + 1).isMultiple(of: frequency)
    guard isCompared || ranking.hasFailed(trial) else { return nil }
    let local = ranking.scores.filter { part(of: $0.trial) == own }
    let ends = quantiles(ofRanked: local, fraction: isCompared ? ranking.fraction : 0)
    let best = local.last { !$0.isFailed }?.trial
    if ends.bottom.contains(trial) || ranking.hasFailed(trial) {
      guard !ends.top.isEmpty else { return (best ?? ranking.best).map { CopyChoice(source: $0) } }
      return CopyChoice(source: ends.top[generator.boundedInteger(below: ends.top.count)])
    }
    // Best first; never one that is copied itself, nor one that failed.
    let size = ends.bottom.count
    let receiving = local.dropFirst(size).dropLast(size).prefix(size).filter { !$0.isFailed }.reversed()
    var migrants = ranking.scores.reversed().lazy.filter { part(of: $0.trial) != own && !$0.isFailed }
      .makeIterator()
    var migrant = migrants.next()
    for receiver in receiving {
      guard let candidate = migrant, let value = candidate.value, let present = receiver.value,
        ranking.direction.prefers(value, to: present)
      else {
        if receiver.trial == trial { return nil }
        continue
      }
      if receiver.trial == trial {
        let comesAlong = frequencies[part(of: candidate.trial)] > frequency
        return CopyChoice(
          source: candidate.trial, donor: comesAlong ? candidate.trial : best, explores: false)
      }
      migrant = migrants.next()
    }
    return nil
  }
}
