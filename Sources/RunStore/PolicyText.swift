import Augmentation
import Policies

/// A policy as the journal keeps it: `Rotate 0 3, TranslateX 10 9`, each entry's operation, probability, magnitude.
///
/// A search has thousands of policies; this is many times smaller and faster than their JSON, and as safe, for
/// operations stand by name.
struct PolicyText: Sendable {
  /// The operations whose names can be read, with their strengths.
  private let operations: [(name: [UInt8], operation: ScaledOperation)]

  /// Reads the operations of a space, and those of the catalogue on their own scales.
  init(_ space: SearchSpace) {
    operations = space.choices.map {
      (name: Array($0.operation.operation.name.utf8), operation: $0.operation)
    }
  }

  static func text(of policy: Policy) -> String {
    policy.entries.map { "\($0.operation.name) \($0.probability) \($0.magnitude)" }.joined(separator: ", ")
  }

  /// Throws a description of what is wrong.
  func policy(_ text: String) throws -> Policy {
    // Bytes, not characters: a search reads hundreds of thousands of these.
    let bytes = Array(text.utf8)
    guard !bytes.isEmpty else { throw PolicyError(found: "no entry", expected: "one or more") }
    return Policy(
      entries: try bytes.split(separator: Self.comma).map {
        try entry($0.split(separator: Self.space), of: $0)
      })
  }

  private static let comma = UInt8(ascii: ",")
  private static let space = UInt8(ascii: " ")

  private func entry(_ words: [ArraySlice<UInt8>], of entry: ArraySlice<UInt8>) throws -> PolicyEntry {
    guard words.count == 3, let probability = Self.number(words[1]),
      let magnitude = Self.number(words[2])
    else {
      throw PolicyError(
        found: "the policy entry\(String(decoding: entry, as: UTF8.self))",
        expected: "an operation and two integers")
    }
    return try PolicyEntry(operation(words[0]), probability: probability, magnitude: magnitude)
  }

  private func operation(_ name: ArraySlice<UInt8>) throws -> ScaledOperation {
    if let known = operations.first(where: { $0.name.elementsEqual(name) }) { return known.operation }
    return try ScaledOperation(Operation(named: String(decoding: name, as: UTF8.self)))
  }

  private static func number(_ digits: ArraySlice<UInt8>) -> Int? {
    // What a policy can hold has two digits at most; anything else is read as numbers are everywhere.
    guard digits.count <= 2, digits.allSatisfy({ (48...57).contains($0) }) else {
      return Int(String(decoding: digits, as: UTF8.self))
    }
    return digits.reduce(0) { $0 * 10 + Int($1) - 48 }
  }
}
