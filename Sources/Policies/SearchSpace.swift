import Augmentation
import PopulationBasedTraining
import Text

/// What a search chooses among: the operations of a policy, how far each may go, and how many entries each of them has.
///
/// A probability is a number of tenths, 0 to 10. A magnitude is a step of the operation's scale: 0 to 9 in PBA's space.
///
/// ```swift
/// let digits = try SearchSpace(
///   name: "digits", operationCount: [0.4, 0.6],
///   choices: [
///     .init(ScaledOperation(.rotate, from: 0, to: 15), entries: 2),
///     .init(ScaledOperation(.autoContrast), entries: 1),
///   ])
/// let begin = digits.start.entries.map(\.operation)  // Rotate, AutoContrast, Rotate
/// ```
public struct SearchSpace: Hashable, Sendable {
  /// An operation of the space.
  public struct Choice: Hashable, Sendable {
    /// The operation with its strengths.
    public let operation: ScaledOperation
    /// How many entries a policy has of it.
    public let entries: Int

    /// An operation with so many entries.
    public init(_ operation: ScaledOperation, entries: Int) {
      self.operation = operation
      self.entries = entries
    }
  }

  /// What the space is called.
  public let name: String
  /// The chances that 0, 1, 2, … operations are applied to an image.
  public let operationCount: [Double]
  /// Whether lengths in pixels follow the size of the images where that is asked for.
  public let scalesPixels: Bool
  /// The operations, each once.
  public let choices: [Choice]

  /// The numbers of entries that an operation can have.
  public static let entryCounts = 1...10
  /// The most entries of a policy.
  public static let mostEntries = 200
  /// The most operations that an image can get.
  public static let mostOperations = 16
  /// The longest name, in characters.
  public static let longestName = 100

  /// Makes a space from its parts.
  ///
  /// Throws `PolicyError` with the place of the first part that has no meaning.
  public init(
    name: String, operationCount: [Double] = Policy.operationCount, scalesPixels: Bool = true,
    choices: [Choice]
  ) throws(PolicyError) {
    guard (1...Self.longestName).contains(name.count) else {
      throw PolicyError(
        place: "name", found: name.isEmpty ? "an empty name" : "\(name.count) characters",
        expected: "a name of 1 to \(Self.longestName) characters")
    }
    let field = JSONField(.array(operationCount.map(JSONValue.number)), at: "operationCount")
    let counts = try Schedule.probabilities(field)
    guard counts.count <= Self.mostOperations + 1 else {
      throw field.failure(
        expected: "at most \(Self.mostOperations + 1), for 0 to \(Self.mostOperations) operations")
    }
    guard !choices.isEmpty else {
      throw PolicyError(place: "operations", found: "none", expected: "at least one")
    }
    var places: [Operation: Int] = [:]
    for (index, choice) in choices.enumerated() {
      let place = "operations[\(index)]"
      _ = try JSONField(.integer(choice.entries), at: place + ".entries").integer(in: Self.entryCounts)
      let operation = choice.operation.operation
      if let earlier = places.updateValue(index, forKey: operation) {
        throw PolicyError(
          place: place + ".operation", found: "\(operation.name) again, as in operations[\(earlier)]",
          expected: "each operation once; \"entries\" says how often a policy has it")
      }
    }
    let entries = choices.reduce(0) { $0 + $1.entries }
    guard entries <= Self.mostEntries else {
      throw PolicyError(
        place: "operations", found: "\(entries) entries in all", expected: "at most \(Self.mostEntries)")
    }
    self.init(
      validName: name, operationCount: counts, scalesPixels: scalesPixels,
      choices: choices)
  }

  private init(validName name: String, operationCount: [Double], scalesPixels: Bool, choices: [Choice]) {
    self.name = name
    self.operationCount = operationCount
    self.scalesPixels = scalesPixels
    self.choices = choices.map { Choice($0.operation.followingSize(scalesPixels), entries: $0.entries) }
  }

  /// Makes a space of operations on their own scales, each with the same number of entries.
  ///
  /// A programmer's error is an operation that stands there twice, or a number of entries below 1.
  public init(name: String = "own", operations: [Operation], copies: Int) {
    precondition(
      copies >= 1 && Set(operations).count == operations.count,
      "operations: each stands there once, and has entries")
    self.init(
      validName: name, operationCount: Policy.operationCount, scalesPixels: true,
      choices: operations.map { Choice(ScaledOperation($0), entries: copies) })
  }

  /// The space of PBA: fifteen operations, each twice.
  public static let pba = SearchSpace(name: "pba", operations: OriginalLayout.operations, copies: 2)

  /// Whether it is PBA's space, by whatever name.
  public var isPBA: Bool {
    choices == Self.pba.choices && operationCount == Self.pba.operationCount && scalesPixels
  }

  /// The operations in the order of a policy's first entries.
  public var operations: [Operation] { choices.map(\.operation.operation) }

  /// What each entry of a policy does: every operation once, then once more all that have a second entry, and so on.
  public var scaledEntries: [ScaledOperation] {
    let most = choices.map(\.entries).max() ?? 0
    return (0..<most).flatMap { round in choices.filter { $0.entries > round }.map(\.operation) }
  }

  /// The operation of each entry of a policy.
  public var entries: [Operation] { scaledEntries.map(\.operation) }

  /// The operation of a name with its strengths; nil where the space has none of that name.
  public func operation(named name: String) -> ScaledOperation? {
    choices.first { $0.operation.operation.name == name }?.operation
  }

  /// Where a search begins: entries that never happen.
  public var start: Policy {
    Policy(entries: scaledEntries.map { PolicyEntry($0, probability: 0, validMagnitude: 0) })
  }

  /// Draws a policy uniformly.
  public func random(using generator: inout some RandomNumberGenerator) -> Policy {
    var drawn: [PolicyEntry] = []
    for operation in scaledEntries {
      let probability = generator.boundedInteger(below: PolicyEntry.probabilities.count)
      let magnitude = generator.boundedInteger(below: operation.magnitudes.count)
      drawn.append(PolicyEntry(operation, probability: probability, validMagnitude: magnitude))
    }
    return Policy(entries: drawn)
  }
}

extension Policy {
  /// Where a search in PBA's space begins: 30 entries that never happen.
  public static let searchStart = SearchSpace.pba.start
}
