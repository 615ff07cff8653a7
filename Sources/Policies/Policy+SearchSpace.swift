import Augmentation
import PopulationBasedTraining

/// The search space of PBA: 60 integers, two copies of the 15 operations in the search order, each with a
/// probability (even places) and a magnitude (odd places).
extension Policy {
  /// The operations of a learnt policy: the search order twice.
  static let searchOperations = Operation.searchOrder + Operation.searchOrder

  /// Where a search begins: 30 entries that never happen.
  public static let searchStart = Policy(
    entries: searchOperations.map { PolicyEntry(operation: $0, probability: 0, validMagnitude: 0) })

  /// The policy as integers: probability and magnitude of each entry in turn.
  public var searchVector: [Int] {
    entries.flatMap { [$0.probability, $0.magnitude] }
  }

  /// Makes a policy from 60 integers of the search space.
  ///
  /// Throws `PolicyError` if there are not 60 of them, or one is out of range.
  public init(searchVector vector: [Int]) throws(PolicyError) {
    let count = 2 * Self.searchOperations.count
    guard vector.count == count else {
      throw PolicyError(
        found: "\(counted(vector.count, "number"))", expected: "\(count), probability and magnitude in turn")
    }
    var entries: [PolicyEntry] = []
    for (index, operation) in Self.searchOperations.enumerated() {
      let (probability, magnitude) = (2 * index, 2 * index + 1)
      entries.append(
        PolicyEntry(
          operation: operation,
          probability: try JSONField(.integer(vector[probability]), at: "[\(probability)]")
            .integer(in: PolicyEntry.probabilities),
          validMagnitude: try JSONField(.integer(vector[magnitude]), at: "[\(magnitude)]")
            .integer(in: PolicyEntry.magnitudes)))
    }
    self.init(entries: entries)
  }

  /// Draws a policy uniformly from the search space.
  public static func random(using generator: inout some RandomNumberGenerator) -> Policy {
    var entries: [PolicyEntry] = []
    for operation in searchOperations {
      let probability = generator.boundedInteger(below: PolicyEntry.probabilities.count)
      let magnitude = generator.boundedInteger(below: PolicyEntry.magnitudes.count)
      entries.append(PolicyEntry(operation: operation, probability: probability, validMagnitude: magnitude))
    }
    return Policy(entries: entries)
  }
}
