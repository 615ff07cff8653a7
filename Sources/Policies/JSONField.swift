import Text

/// A JSON value together with its place, for validation that can say where it failed.
package struct JSONField {
  package let value: JSONValue
  /// The path from the root, such as `segments[3].epochs`; empty at the root.
  package let place: String

  package init(_ value: JSONValue, at place: String = "") {
    self.value = value
    self.place = place
  }

  package func failure(expected: String) -> PolicyError {
    PolicyError(place: place, found: value.summary, expected: expected)
  }

  package func integer(in range: ClosedRange<Int>) throws(PolicyError) -> Int {
    guard case .integer(let integer) = value, range.contains(integer) else {
      throw failure(expected: integerWords(range))
    }
    return integer
  }

  package func number(in range: ClosedRange<Double>) throws(PolicyError) -> Double {
    switch value {
    case .integer(let integer) where range.contains(Double(integer)): return Double(integer)
    case .number(let number) where range.contains(number): return number
    default: throw failure(expected: "a number from \(range.lowerBound) to \(range.upperBound)")
    }
  }

  package func string(_ meaning: String) throws(PolicyError) -> String {
    guard case .string(let string) = value else { throw failure(expected: meaning) }
    return string
  }

  package func elements(_ meaning: String) throws(PolicyError) -> [JSONField] {
    guard case .array(let values) = value else { throw failure(expected: meaning) }
    return values.enumerated().map { JSONField($1, at: "\(place)[\($0)]") }
  }

  package func members(_ meaning: String) throws(PolicyError) -> JSONMembers {
    guard case .object(let values) = value else { throw failure(expected: meaning) }
    return JSONMembers(values: values, place: place)
  }
}

/// The members of a JSON object together with the object's place.
package struct JSONMembers {
  package let values: [String: JSONValue]
  package let place: String

  package init(values: [String: JSONValue], place: String) {
    self.values = values
    self.place = place
  }

  /// The member that a key names, or an error if the key is missing.
  package func require(_ key: String, _ meaning: String) throws(PolicyError) -> JSONField {
    guard let value = values[key] else {
      throw PolicyError(place: path(key), found: "nothing", expected: meaning)
    }
    return JSONField(value, at: path(key))
  }

  /// Refuses the first key, alphabetically, that is not among those known.
  package func refuseKeys(except known: [String]) throws(PolicyError) {
    guard let unknown = values.keys.filter({ !known.contains($0) }).min() else { return }
    throw PolicyError(
      place: place, found: "the unknown key \(JSONValue.string(unknown).summary)",
      expected: "one of \(known.joined(separator: ", "))" + nearMissHint(unknown, among: known))
  }

  private func path(_ key: String) -> String { place.isEmpty ? key : "\(place).\(key)" }
}

extension JSONValue {
  /// Reads a text that holds exactly one value.
  ///
  /// - Parameters:
  ///   - bytes: the text in UTF-8.
  ///   - notation: whether it is JSON or a Python literal.
  ///   - firstLine: the number of the text's first line in its file, for errors.
  /// - Throws: `PolicyError` with line and column.
  package init(
    parsing bytes: some Sequence<UInt8>, as notation: Notation, firstLine: Int = 1
  ) throws(PolicyError) {
    do {
      self = try LiteralParser.parse(bytes, as: notation, firstLine: firstLine)
    } catch {
      throw PolicyError(place: error.place, found: error.found, expected: error.expected)
    }
  }
}

/// A range of integers in the words of an error.
func integerWords(_ range: ClosedRange<Int>) -> String {
  "an integer from \(range.lowerBound) to \(range.upperBound)"
}
