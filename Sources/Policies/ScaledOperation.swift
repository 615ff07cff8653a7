import Augmentation
import Text

/// An operation with the strengths that a search chooses among: its own ten, or equal steps between two bounds.
///
/// ```swift
/// let turn = try ScaledOperation(.rotate, from: 0, to: 270, steps: 4, isSigned: false)
/// let steps = turn.magnitudes  // 0...3
/// let half = turn.parameter(magnitude: 2)  // 180 degrees
/// ```
public struct ScaledOperation: Hashable, Sendable {
  /// The ends of a scale, and how many strengths it has.
  public struct Bounds: Hashable, Sendable {
    /// The parameter of magnitude 0, in the operation's unit.
    public let lowest: Double
    /// The parameter of the last magnitude; below `lowest` where less of the parameter acts more strongly.
    public let highest: Double
    /// The number of magnitudes.
    public let steps: Int
  }

  /// What is done to an image.
  public let operation: Operation
  /// The ends of the scale; nil for the operation's own ten strengths.
  public let bounds: Bounds?
  /// Whether half of the applications go the other way.
  public let isSigned: Bool
  /// Whether lengths in pixels follow the size of the images where that is asked for; true for all other units.
  public let followsSize: Bool

  /// The most steps of a scale.
  public static let mostSteps = 100
  /// How many steps a scale has where nobody says.
  public static let usualSteps = 10

  private init(operation: Operation, bounds: Bounds?, isSigned: Bool, followsSize: Bool) {
    self.operation = operation
    self.bounds = bounds
    self.isSigned = isSigned
    self.followsSize = followsSize || operation.unit != .pixels
  }

  /// An operation on its own scale, with its own directions.
  public init(_ operation: Operation) {
    self.init(operation: operation, bounds: nil, isSigned: operation.isSigned, followsSize: true)
  }

  /// An operation on its own scale, in one direction or in both.
  ///
  /// Throws `PolicyError` where there is no other direction.
  public init(_ operation: Operation, isSigned: Bool) throws(PolicyError) {
    let own = Operation.magnitudes.map(operation.parameter)
    if isSigned { try Self.requireDirections(operation, own.min() ?? 0, own.max() ?? 0) }
    self.init(operation: operation, bounds: nil, isSigned: isSigned, followsSize: true)
  }

  /// An operation on a scale of equal steps.
  ///
  /// - Parameters:
  ///   - operation: the operation, which has a parameter.
  ///   - lowest: the parameter of magnitude 0.
  ///   - highest: that of the last magnitude.
  ///   - steps: how many strengths there are, 2 to 100, or 1 where both ends are the same.
  ///   - isSigned: whether half of the applications go the other way; nil for the operation's own way.
  /// - Throws: `PolicyError` with the place `lowest`, `highest`, `steps` or `signed`.
  public init(
    _ operation: Operation, from lowest: Double, to highest: Double, steps: Int = Self.usualSteps,
    isSigned: Bool? = nil
  ) throws(PolicyError) {
    guard operation.usesParameter else {
      throw PolicyError(
        place: "lowest", found: "a bound of \(operation.name), which has no parameter",
        expected: "no bounds there: how often it happens is all that a search chooses")
    }
    for (place, value) in [("lowest", lowest), ("highest", highest)] {
      try Self.check(value, operation, at: place)
    }
    let allowed = lowest == highest ? 1...1 : 2...Self.mostSteps
    guard allowed.contains(steps) else {
      throw PolicyError(
        place: "steps", found: "\(steps)",
        expected: lowest == highest
          ? "1, as lowest and highest are the same" : integerWords(allowed))
    }
    let isSigned = isSigned ?? operation.isSigned
    if isSigned { try Self.requireDirections(operation, min(lowest, highest), max(lowest, highest)) }
    self.init(
      operation: operation, bounds: Bounds(lowest: lowest, highest: highest, steps: steps),
      isSigned: isSigned, followsSize: true)
  }

  private static func check(_ value: Double, _ operation: Operation, at place: String) throws(PolicyError) {
    let range = operation.parameters
    guard range.contains(value) else {
      let unit = operation.unit.rawValue
      throw PolicyError(
        place: place, found: shortNumber(value),
        expected: "\(unit) from \(shortNumber(range.lowerBound)) to \(shortNumber(range.upperBound)), which "
          + "\(operation.name) takes")
    }
    guard value == rounded(value, operation) else {
      throw PolicyError(
        place: place, found: shortNumber(value),
        expected: operation.grain == 1
          ? "a whole number of \(operation.unit.rawValue)"
          : "a multiple of \(operation.grain), as \(operation.name) takes effect in steps of that many "
            + operation.unit.rawValue)
    }
  }

  /// Throws where the operation does not take these parameters in the other direction.
  private static func requireDirections(
    _ operation: Operation, _ lowest: Double, _ highest: Double
  ) throws(PolicyError) {
    guard operation.usesParameter, operation.parameters.contains(-highest),
      operation.parameters.contains(-lowest)
    else {
      throw PolicyError(
        place: "signed", found: "true", expected: "false: \(operation.name) has no other direction")
    }
  }

  /// The nearest parameter that has an effect of its own, half-way ones away from 0.
  private static func rounded(_ value: Double, _ operation: Operation) -> Double {
    guard operation.unit.countsWholes, operation.grain > 0 else { return value }
    let grain = Double(operation.grain)
    return (value / grain).rounded(.toNearestOrAwayFromZero) * grain
  }

  /// The magnitudes that a policy can hold.
  public var magnitudes: ClosedRange<Int> { bounds.map { 0...($0.steps - 1) } ?? Operation.magnitudes }

  /// The parameter that a magnitude stands for, in the operation's unit; one outside `magnitudes` is a programmer's error.
  ///
  /// With bounds it is lowest + magnitude · (highest − lowest) / (steps − 1), for a unit that counts whole things rounded
  /// to the nearest that the operation makes a difference of. Of two directions it is the first.
  public func parameter(magnitude: Int) -> Double {
    guard let bounds else { return operation.parameter(magnitude: magnitude) }
    precondition(magnitudes.contains(magnitude), "magnitude: found \(magnitude), expected \(magnitudes)")
    // The ends are exact, whatever the arithmetic between them rounds to.
    guard magnitude > 0 else { return bounds.lowest }
    guard magnitude < bounds.steps - 1 else { return bounds.highest }
    let share = (bounds.highest - bounds.lowest) / Double(bounds.steps - 1)
    return Self.rounded(bounds.lowest + Double(magnitude) * share, operation)
  }

  /// What a policy's entry does.
  func step(probability: Double, magnitude: Int) -> AugmentationProgram.Step {
    let parameter = parameter(magnitude: magnitude)
    return AugmentationProgram.Step(
      operation: operation, probability: probability, magnitude: magnitude, parameter: parameter,
      opposite: isSigned ? -parameter : nil, followsSize: followsSize)
  }

  /// The same scale with lengths in pixels that follow the size of the images, or stay as they are.
  func followingSize(_ follows: Bool) -> ScaledOperation {
    ScaledOperation(operation: operation, bounds: bounds, isSigned: isSigned, followsSize: follows)
  }
}
