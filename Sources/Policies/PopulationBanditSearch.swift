import Augmentation
import PopulationBasedTraining

/// PB2's explorer over policies: ``PopulationBasedTraining/PopulationBandit`` on all their probabilities and magnitudes.
///
/// Trials begin with policies drawn uniformly from the space, as the model learns nothing from equal ones.
public struct PopulationBanditSearch: Explorer, Hashable {
  private let bandit: PopulationBandit

  /// Makes the explorer of a space.
  public init(_ space: SearchSpace) { bandit = PopulationBandit(ranges: space.start.ranges) }

  /// A policy of the space, each with the same chance.
  public func beginning(
    of trial: Int, from start: Policy, using generator: inout some RandomNumberGenerator
  ) throws -> Policy {
    start.with(numbers: bandit.beginning(of: trial, from: start.numbers, using: &generator))
  }

  /// The policy that the model of the search expects to improve the trial most, within what it is unsure of.
  public func explore(
    _ request: Exploration<Policy>, using generator: inout some RandomNumberGenerator
  ) throws -> Policy {
    request.copied.with(numbers: try bandit.explore(request.map(\.numbers), using: &generator))
  }
}

extension NamedExplorer {
  /// A model of the whole search chooses the policy that follows a copy.
  public static let pb2 = NamedExplorer("pb2") { PopulationBanditSearch($0) }
}

extension Policy {
  /// Probability and magnitude of each entry in turn.
  fileprivate var numbers: [Int] { entries.flatMap { [$0.probability, $0.magnitude] } }

  /// The values that each of the numbers can have.
  fileprivate var ranges: [ClosedRange<Int>] {
    entries.flatMap { [PolicyEntry.probabilities, $0.magnitudes] }
  }

  /// The same operations with other numbers.
  fileprivate func with(numbers: [Int]) -> Policy {
    Policy(
      entries: entries.enumerated().map { place, entry in
        PolicyEntry(
          entry.scaled, probability: numbers[2 * place], validMagnitude: numbers[2 * place + 1])
      })
  }
}
