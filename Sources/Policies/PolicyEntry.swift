import Augmentation
import Text

/// One operation of a policy with its probability and magnitude on the integer scales of the search.
public struct PolicyEntry: Hashable, Sendable {
  /// What is done to an image.
  public let operation: Operation
  /// How often, in tenths: 0 never, 10 always.
  public let probability: Int
  /// How strongly, 0 to 9; what a step means is the operation's own matter.
  public let magnitude: Int

  /// The valid probabilities.
  public static let probabilities = 0...10
  /// The valid magnitudes.
  public static let magnitudes = Operation.magnitudes
  /// What a probability is divided by.
  public static let probabilityScale = probabilities.upperBound

  /// Makes an entry, and throws `PolicyError` if a number is out of range.
  public init(operation: Operation, probability: Int, magnitude: Int) throws(PolicyError) {
    self.init(
      operation: operation,
      probability: try JSONField(.integer(probability), at: "probability").integer(in: Self.probabilities),
      validMagnitude: try JSONField(.integer(magnitude), at: "magnitude").integer(in: Self.magnitudes))
  }

  /// Makes an entry of numbers that are known to be in range.
  init(operation: Operation, probability: Int, validMagnitude magnitude: Int) {
    self.operation = operation
    self.probability = probability
    self.magnitude = magnitude
  }
}

extension PolicyEntry {
  private static let keys = ["operation", "probability", "magnitude"]

  init(_ field: JSONField) throws(PolicyError) {
    let members = try field.members("an object with \(Self.keys.joined(separator: ", "))")
    try members.refuseKeys(except: Self.keys)
    let named = try members.require("operation", "the name of an operation")
    self.init(
      operation: try Operation(named),
      probability: try members.require("probability", integerWords(Self.probabilities)).integer(
        in: Self.probabilities),
      validMagnitude: try members.require("magnitude", integerWords(Self.magnitudes)).integer(
        in: Self.magnitudes))
  }

  var json: JSONValue {
    .object([
      "operation": .string(operation.name), "probability": .integer(probability),
      "magnitude": .integer(magnitude),
    ])
  }
}

extension Operation {
  /// The operation that a string names, or an error that gives the names and the near miss.
  init(_ field: JSONField) throws(PolicyError) {
    let name = try field.string("the name of an operation")
    do {
      self = try Operation(named: name)
    } catch {
      let names = Operation.catalogue.map(\.name)
      throw field.failure(
        expected: "one of \(names.joined(separator: ", "))" + nearMissHint(name, among: names))
    }
  }
}
