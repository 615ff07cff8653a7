import Augmentation
import Text

/// One operation of a policy with its probability and magnitude on the integer scales of the search.
public struct PolicyEntry: Hashable, Sendable {
  /// What is done to an image, and the strengths that it has.
  public let scaled: ScaledOperation
  /// How often, in tenths: 0 never, 10 always.
  public let probability: Int
  /// How strongly, one of `magnitudes`; what a step means is a matter of the scale.
  public let magnitude: Int

  /// The valid probabilities.
  public static let probabilities = 0...10
  /// What a probability is divided by.
  public static let probabilityScale = probabilities.upperBound

  /// What is done to an image.
  public var operation: Operation { scaled.operation }
  /// The valid magnitudes: 0 to 9 in PBA's space.
  public var magnitudes: ClosedRange<Int> { scaled.magnitudes }
  /// The strength in the operation's unit.
  public var parameter: Double { scaled.parameter(magnitude: magnitude) }

  /// Makes an entry on the operation's own scale, and throws `PolicyError` if a number is out of range.
  public init(operation: Operation, probability: Int, magnitude: Int) throws(PolicyError) {
    try self.init(ScaledOperation(operation), probability: probability, magnitude: magnitude)
  }

  /// Makes an entry on some scale, and throws `PolicyError` if a number is out of range.
  public init(_ scaled: ScaledOperation, probability: Int, magnitude: Int) throws(PolicyError) {
    self.init(
      scaled,
      probability: try JSONField(.integer(probability), at: "probability").integer(in: Self.probabilities),
      validMagnitude: try JSONField(.integer(magnitude), at: "magnitude").integer(in: scaled.magnitudes))
  }

  /// Makes an entry of numbers that are known to be in range.
  init(_ scaled: ScaledOperation, probability: Int, validMagnitude magnitude: Int) {
    self.scaled = scaled
    self.probability = probability
    self.magnitude = magnitude
  }
}

extension PolicyEntry {
  private static let keys = ["operation", "probability", "magnitude"]

  /// Reads an entry of a policy in a space, or without one of a policy whose operations are on their own scales.
  init(_ field: JSONField, in space: SearchSpace?) throws(PolicyError) {
    let members = try field.members("an object with \(Self.keys.joined(separator: ", "))")
    try members.refuseKeys(except: Self.keys)
    let named = try members.require("operation", "the name of an operation")
    let scaled: ScaledOperation
    if let space {
      scaled = try space.operation(named)
    } else {
      scaled = ScaledOperation(try Operation(named))
    }
    self.init(
      scaled,
      probability: try members.require("probability", integerWords(Self.probabilities)).integer(
        in: Self.probabilities),
      validMagnitude: try members.require("magnitude", integerWords(scaled.magnitudes)).integer(
        in: scaled.magnitudes))
  }

  var json: JSONValue {
    .object([
      "operation": .string(operation.name), "probability": .integer(probability),
      "magnitude": .integer(magnitude),
    ])
  }
}

extension SearchSpace {
  /// The operation that a string names, or an error that gives the names and the near miss.
  fileprivate func operation(_ field: JSONField) throws(PolicyError) -> ScaledOperation {
    let name = try field.string("the name of an operation")
    if let operation = operation(named: name) { return operation }
    let names = operations.map(\.name)
    throw field.failure(
      expected: "one of the space: \(names.joined(separator: ", "))" + nearMissHint(name, among: names))
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
