import Augmentation
import PopulationBasedTraining

/// What a search chooses among: the operations of a policy, and how many entries each of them has.
///
/// A probability is a number of tenths, 0 to 10, and a magnitude one of 0 to 9, for every entry.
public struct SearchSpace: Hashable, Sendable {
  /// The operations in the order of a policy's entries.
  public var operations: [Operation]
  /// How many entries each operation has: a policy holds all operations once, then all once more, and so on.
  public var copies: Int

  /// Makes a space from its parts.
  public init(operations: [Operation], copies: Int) {
    self.operations = operations
    self.copies = copies
  }

  /// The space of PBA: fifteen operations, each twice.
  public static let pba = SearchSpace(operations: OriginalLayout.operations, copies: 2)

  /// The operation of each entry of a policy.
  public var entries: [Operation] { Array(repeating: operations, count: copies).flatMap(\.self) }

  /// Where a search begins: entries that never happen.
  public var start: Policy {
    Policy(entries: entries.map { PolicyEntry(operation: $0, probability: 0, validMagnitude: 0) })
  }

  /// Draws a policy uniformly.
  public func random(using generator: inout some RandomNumberGenerator) -> Policy {
    var drawn: [PolicyEntry] = []
    for operation in entries {
      let probability = generator.boundedInteger(below: PolicyEntry.probabilities.count)
      let magnitude = generator.boundedInteger(below: PolicyEntry.magnitudes.count)
      drawn.append(PolicyEntry(operation: operation, probability: probability, validMagnitude: magnitude))
    }
    return Policy(entries: drawn)
  }
}

extension Policy {
  /// Where a search in PBA's space begins: 30 entries that never happen.
  public static let searchStart = SearchSpace.pba.start
}
