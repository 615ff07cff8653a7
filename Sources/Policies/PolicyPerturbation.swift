import PopulationBasedTraining

/// PBA's explorer: perturbs each number of the policy that was copied.
///
/// Each number independently: with probability 0.2 it is drawn again, uniformly from its range; otherwise 0,
/// 1, 2 or 3, each with probability 0.25, is added or subtracted, with probability 0.5 each, and the result
/// is kept within the range. (Ho et al., "Population Based Augmentation", 2019, algorithm 2, as their
/// published code has it.)
public struct PolicyPerturbation: Explorer, Hashable {
  /// Makes the explorer.
  public init() {}

  /// Perturbs the copied policy; every number that is drawn comes from the generator.
  public func explore(
    _ request: Exploration<Policy>, using generator: inout some RandomNumberGenerator
  ) -> Policy {
    perturb(request.copied, using: &generator)
  }

  /// Perturbs a policy, whichever trial it is of.
  package func perturb(_ policy: Policy, using generator: inout some RandomNumberGenerator) -> Policy {
    var entries: [PolicyEntry] = []
    for entry in policy.entries {
      let probability = perturbed(entry.probability, in: PolicyEntry.probabilities, using: &generator)
      let magnitude = perturbed(entry.magnitude, in: entry.magnitudes, using: &generator)
      entries.append(
        PolicyEntry(entry.scaled, probability: probability, validMagnitude: magnitude))
    }
    return Policy(entries: entries)
  }
}

extension NamedExplorer {
  /// PBA's explorer, which a search has where no other is named.
  public static let pba = NamedExplorer("pba") { _ in PolicyPerturbation() }
}

private func perturbed(
  _ value: Int, in range: ClosedRange<Int>, using generator: inout some RandomNumberGenerator
) -> Int {
  if generator.boundedInteger(below: 5) == 0 {
    return range.lowerBound + generator.boundedInteger(below: range.count)
  }
  let amount = generator.boundedInteger(below: 4)
  let goesDown = generator.boundedInteger(below: 2) == 0
  return goesDown ? max(range.lowerBound, value - amount) : min(range.upperBound, value + amount)
}
