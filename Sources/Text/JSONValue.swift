/// A JSON value as it stands in a file.
public enum JSONValue: Hashable, Sendable {
  case null
  case bool(Bool)
  case integer(Int)
  /// A finite number written with a fraction or an exponent, or too large for an integer.
  case number(Double)
  case string(String)
  case array([JSONValue])
  case object([String: JSONValue])

  /// One line of JSON, object keys sorted; equal values give equal text.
  public var text: String {
    switch self {
    case .null: return "null"
    case .bool(let value): return value ? "true" : "false"
    case .integer(let value): return String(value)
    // JSON has no word for infinities and not-a-number; null is what other writers put there.
    case .number(let value): return value.isFinite ? "\(value)" : "null"
    case .string(let value): return quoted(value)
    case .array(let values): return "[" + values.map(\.text).joined(separator: ", ") + "]"
    case .object(let members):
      // Sorted by Unicode scalars, which is the same order on every platform.
      let keys = members.keys.sorted { $0.unicodeScalars.lexicographicallyPrecedes($1.unicodeScalars) }
      let pairs = keys.map { quoted($0) + ": " + (members[$0] ?? .null).text }
      return "{" + pairs.joined(separator: ", ") + "}"
    }
  }

  /// The value for an error message: short, and never more than one line.
  package var summary: String {
    switch self {
    case .array(let values): return "a list of \(values.count)"
    case .object: return "an object"
    case .string(let value) where value.count > 40: return quoted(String(value.prefix(40)) + "…")
    default: return text
    }
  }
}

/// A JSON string literal: quotes, backslashes and control characters escaped, everything else as it is.
private func quoted(_ value: String) -> String {
  let escaped = value.unicodeScalars.map { scalar in
    scalar == "\"" || scalar == "\\" ? "\\\(scalar)" : String(scalar)
  }
  return "\"" + printable(escaped.joined()) + "\""
}
