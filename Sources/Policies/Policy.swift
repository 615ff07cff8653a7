import Augmentation
import Text

/// The operations that may happen to an image of one epoch, each with its probability and magnitude.
///
/// A learnt policy has 30 entries, the 15 operations twice; any number is valid.
///
/// ```swift
/// let policy = Policy(entries: [
///   try PolicyEntry(operation: .rotate, probability: 4, magnitude: 7),
///   try PolicyEntry(operation: Operation(named: "Cutout"), probability: 10, magnitude: 2),
/// ])
/// let program = policy.program()  // none, one or both, as `operationCount` says
/// ```
public struct Policy: Hashable, Sendable {
  /// The entries in the order of the search.
  public let entries: [PolicyEntry]

  /// Makes a policy of any number of entries.
  public init(entries: [PolicyEntry]) {
    self.entries = entries
  }

  /// What PBA applies to an image: no operation with probability 0.2, one with 0.3, two with 0.5.
  public static let operationCount = [0.2, 0.3, 0.5]

  /// What the policy does to an image of one epoch.
  ///
  /// - Parameter operationCount: the probabilities of applying 0, 1, 2… operations.
  /// - Returns: a program with one alternative: a step for each entry.
  public func program(operationCount: [Double] = Policy.operationCount) -> AugmentationProgram {
    AugmentationProgram(alternatives: [alternative(weight: 1, operationCount: operationCount)])
  }

  func alternative(weight: Double, operationCount: [Double]) -> AugmentationProgram.Alternative {
    AugmentationProgram.Alternative(
      weight: weight,
      steps: entries.map {
        $0.scaled.step(
          probability: Double($0.probability) / Double(PolicyEntry.probabilityScale), magnitude: $0.magnitude)
      },
      countDistribution: operationCount)
  }
}

extension Policy {
  /// Reads a policy in a space, or without one whose operations are on their own scales.
  package init(_ field: JSONField, in space: SearchSpace?) throws(PolicyError) {
    var entries: [PolicyEntry] = []
    for element in try field.elements("a list of policy entries") {
      entries.append(try PolicyEntry(element, in: space))
    }
    self.init(entries: entries)
  }

  /// The entries by name and number; what the numbers mean is a matter of the space.
  package var json: JSONValue { .array(entries.map(\.json)) }
}
