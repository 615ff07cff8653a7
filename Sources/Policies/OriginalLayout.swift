import Augmentation
import Text

/// How the original writes a policy: 60 integers, two copies of fifteen operations, each with a probability (even places)
/// and a magnitude (odd places).
///
/// Its logs, and the schedules that were published as such numbers, mean these operations in this order. So the list is
/// fixed, whatever operations there are beside them.
public enum OriginalLayout {
  /// The operation of the first fifteen pairs, and again of the others.
  public static let operations: [Operation] = [
    .rotate, .translateX, .translateY, .brightness, .color, .invert, .sharpness, .posterize, .shearX,
    .solarize, .shearY, .equalize, .autoContrast, .cutout, .contrast,
  ]

  /// The operation of each pair.
  package static let pairs = operations + operations
}

extension Policy {
  /// The policy as integers: probability and magnitude of each entry in turn.
  public var searchVector: [Int] {
    entries.flatMap { [$0.probability, $0.magnitude] }
  }

  /// Makes a policy from the 60 integers of the original.
  ///
  /// Throws `PolicyError` if there are not 60 of them, or one is out of range.
  public init(searchVector vector: [Int]) throws(PolicyError) {
    let count = 2 * OriginalLayout.pairs.count
    guard vector.count == count else {
      throw PolicyError(
        found: "\(counted(vector.count, "number"))", expected: "\(count), probability and magnitude in turn")
    }
    var entries: [PolicyEntry] = []
    for (index, operation) in OriginalLayout.pairs.enumerated() {
      let (probability, magnitude) = (2 * index, 2 * index + 1)
      entries.append(
        PolicyEntry(
          ScaledOperation(operation),
          probability: try JSONField(.integer(vector[probability]), at: "[\(probability)]")
            .integer(in: PolicyEntry.probabilities),
          validMagnitude: try JSONField(.integer(vector[magnitude]), at: "[\(magnitude)]")
            .integer(in: Operation.magnitudes)))
    }
    self.init(entries: entries)
  }
}
