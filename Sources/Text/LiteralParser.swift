/// How the values of a text are written.
package enum Notation {
  /// JSON as RFC 8259 has it.
  case json
  /// Python's literals, with JSON's words beside them: what logs of Python programs hold.
  case python
}

/// What a text holds where a value cannot be read.
package struct LiteralError: Error {
  /// The line and the column, from 1: `line 3, column 12`.
  package let place: String
  /// What stands there.
  package let found: String
  /// What would be valid there.
  package let expected: String
}

/// Reads one value from a text, and says line and column of what it cannot read.
///
/// A reader of our own, since one is needed for Python's literals anyway, and since Foundation's keeps silent
/// about repeated keys and gives no place.
package struct LiteralParser {
  private let bytes: [UInt8]
  private let notation: Notation
  private let firstLine: Int
  private var position = 0
  private var depth = 0

  /// Lists and objects nested deeper than this are refused, so that no input can exhaust the stack.
  private static let deepest = 64

  private init(_ bytes: [UInt8], notation: Notation, firstLine: Int) {
    self.bytes = bytes
    self.notation = notation
    self.firstLine = firstLine
  }

  /// Reads a text that holds exactly one value.
  ///
  /// - Parameters:
  ///   - bytes: the text in UTF-8; a byte order mark at its start is skipped.
  ///   - notation: whether it is JSON or a Python literal.
  ///   - firstLine: the number of the text's first line in its file, for errors.
  /// - Returns: the value.
  /// - Throws: ``LiteralError`` with line and column.
  package static func parse(
    _ bytes: some Sequence<UInt8>, as notation: Notation, firstLine: Int = 1
  ) throws(LiteralError) -> JSONValue {
    var parser = LiteralParser(Array(bytes), notation: notation, firstLine: firstLine)
    // Some editors begin a file with a byte order mark.
    if parser.bytes.starts(with: [0xEF, 0xBB, 0xBF]) { parser.position = 3 }
    let value = try parser.value()
    parser.skipSpace()
    guard parser.position == parser.bytes.count else { throw parser.unexpected("the end of the text") }
    return value
  }

  private mutating func value() throws(LiteralError) -> JSONValue {
    skipSpace()
    guard let byte = peek else { throw unexpected("a value") }
    switch (Unicode.Scalar(byte), notation) {
    case ("{", _): return try nested { parser throws(LiteralError) in try parser.object() }
    case ("[", _): return try nested { parser throws(LiteralError) in try parser.list(closing: "]") }
    case ("(", .python): return try nested { parser throws(LiteralError) in try parser.list(closing: ")") }
    case ("\"", _), ("'", .python): return .string(try string())
    case ("-", _), ("0"..."9", _): return try number()
    default: return try word()
    }
  }

  private mutating func nested(
    _ body: (inout LiteralParser) throws(LiteralError) -> JSONValue
  ) throws(LiteralError) -> JSONValue {
    guard depth < Self.deepest else {
      throw failure(found: "nesting deeper than \(Self.deepest) levels", expected: "flatter data")
    }
    depth += 1
    defer { depth -= 1 }
    position += 1
    return try body(&self)
  }

  private mutating func list(closing: Unicode.Scalar) throws(LiteralError) -> JSONValue {
    var values: [JSONValue] = []
    if take(closing) { return .array([]) }
    while true {
      values.append(try value())
      if take(closing) { break }
      guard take(",") else { throw unexpected("a comma or \(closing)") }
      if notation == .python, take(closing) { return .array(values) }
    }
    // In Python, a value in parentheses without a comma is that value.
    return closing == ")" && values.count == 1 ? values[0] : .array(values)
  }

  private mutating func object() throws(LiteralError) -> JSONValue {
    var members: [String: JSONValue] = [:]
    if take("}") { return .object(members) }
    while true {
      skipSpace()
      let start = self
      guard case .string(let key) = try value() else {
        throw start.failure(found: "a key that is no string", expected: "a key in quotes")
      }
      guard take(":") else { throw unexpected("a colon after the key") }
      guard members.updateValue(try value(), forKey: key) == nil else {
        throw start.failure(
          found: "the key \(JSONValue.string(key).summary) a second time", expected: "each key once")
      }
      if take("}") { return .object(members) }
      guard take(",") else { throw unexpected("a comma or }") }
      if notation == .python, take("}") { return .object(members) }
    }
  }

  private mutating func number() throws(LiteralError) -> JSONValue {
    let start = position
    if notation == .python {
      // A word may follow the sign as well.
      position += 1
      if bytes[start] == UInt8(ascii: "-"), let byte = peek, Self.isLetter(byte) {
        let word = takeWord()
        if Self.nonNumbers.contains(word) { return .null }
      }
      position = start
    }
    while let byte = peek, Self.isNumberByte(byte) { position += 1 }
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    guard Self.isNumber(bytes[start..<position]), let number = Double(text) else {
      position = start
      throw failure(found: text.prefix(40).description, expected: "a decimal number")
    }
    if let integer = Int(text) { return .integer(integer) }
    guard number.isFinite else {
      position = start
      throw failure(found: text.prefix(40).description, expected: "a number below 1.8e308")
    }
    return .number(number)
  }

  private static func isNumberByte(_ byte: UInt8) -> Bool {
    switch Unicode.Scalar(byte) {
    case "0"..."9", "-", "+", ".", "e", "E": true
    default: false
    }
  }

  /// JSON's grammar of numbers, which is also how Python prints its own.
  private static func isNumber(_ text: ArraySlice<UInt8>) -> Bool {
    var rest = text
    func skip(_ scalars: Unicode.Scalar...) -> Bool {
      guard let first = rest.first, scalars.contains(Unicode.Scalar(first)) else { return false }
      rest.removeFirst()
      return true
    }
    func skipDigits() -> Bool {
      let other = rest.firstIndex { !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) } ?? rest.endIndex
      defer { rest = rest[other...] }
      return other > rest.startIndex
    }
    _ = skip("-")
    guard skip("0") || skipDigits() else { return false }
    if skip("."), !skipDigits() { return false }
    if skip("e", "E") {
      _ = skip("+", "-")
      if !skipDigits() { return false }
    }
    return rest.isEmpty
  }

  private mutating func word() throws(LiteralError) -> JSONValue {
    let start = position
    let text = takeWord()
    switch (text, notation) {
    case ("true", _), ("True", .python): return .bool(true)
    case ("false", _), ("False", .python): return .bool(false)
    case ("null", _), ("None", .python): return .null
    case (_, .python) where Self.nonNumbers.contains(text): return .null
    case ("u", .python), ("b", .python):
      // Python 2 marks its Unicode strings with a u.
      if peek == UInt8(ascii: "'") || peek == UInt8(ascii: "\"") { return .string(try string()) }
    default: break
    }
    position = start
    throw unexpected("a value")
  }

  /// Python writes these for results that are no number; nothing can be done with one.
  private static let nonNumbers: Set<String> = ["NaN", "nan", "Infinity", "inf"]

  private mutating func takeWord() -> String {
    let start = position
    while let byte = peek, Self.isLetter(byte) { position += 1 }
    return String(decoding: bytes[start..<position], as: UTF8.self)
  }

  private static func isLetter(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
  }
}

extension LiteralParser {
  private var peek: UInt8? { position < bytes.count ? bytes[position] : nil }

  private mutating func skipSpace() {
    while let byte = peek, byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D { position += 1 }
  }

  /// Skips space, then takes the character if it stands there.
  private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
    skipSpace()
    guard peek == UInt8(ascii: scalar) else { return false }
    position += 1
    return true
  }

  private func unexpected(_ expected: String) -> LiteralError {
    guard position < bytes.count else { return failure(found: "the end of the text", expected: expected) }
    let rest = String(decoding: bytes[position...].prefix(24), as: UTF8.self)
    let line = rest.prefix { !$0.isNewline }
    return failure(found: JSONValue.string(String(line)).text, expected: expected)
  }

  private func failure(found: String, expected: String) -> LiteralError {
    let before = bytes[..<position]
    let line = firstLine + before.count { $0 == UInt8(ascii: "\n") }
    let lineStart = before.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
    return LiteralError(
      place: "line \(line), column \(position - lineStart + 1)", found: found, expected: expected)
  }
}

// MARK: - Strings

extension LiteralParser {
  private mutating func string() throws(LiteralError) -> String {
    let start = self
    let quote = bytes[position]
    position += 1
    var content: [UInt8] = []
    while let byte = peek {
      if byte == quote {
        position += 1
        guard let text = String(validating: content, as: UTF8.self) else {
          throw start.failure(found: "bytes that are no UTF-8", expected: "UTF-8 text")
        }
        return text
      }
      guard byte >= 0x20 || (notation == .python && byte == 0x09) else {
        throw failure(found: "a control character in a string", expected: "its escape")
      }
      if byte == UInt8(ascii: "\\") {
        content += Array(String(try escape()).utf8)
      } else {
        content.append(byte)
        position += 1
      }
    }
    throw start.failure(found: "a string without an end", expected: "its closing quote")
  }

  private mutating func escape() throws(LiteralError) -> Unicode.Scalar {
    let start = self
    position += 1
    guard let kind = peek else { throw start.unexpected("an escape") }
    position += 1
    switch Unicode.Scalar(kind) {
    case "\"", "\\", "/": return Unicode.Scalar(kind)
    case "b": return "\u{8}"
    case "f": return "\u{C}"
    case "n": return "\n"
    case "r": return "\r"
    case "t": return "\t"
    case "'" where notation == .python: return "'"
    case "x" where notation == .python: return Unicode.Scalar(UInt8(try hexadecimal(digits: 2)))
    case "u":
      let unit = try hexadecimal(digits: 4)
      if let scalar = Unicode.Scalar(unit) { return scalar }
      // A character beyond the basic plane is written as two surrogates.
      if (0xD800..<0xDC00).contains(unit), bytes[position...].starts(with: "\\u".utf8) {
        position += 2
        let second = try hexadecimal(digits: 4)
        let code = 0x10000 + (unit - 0xD800) << 10
        if (0xDC00..<0xE000).contains(second), let scalar = Unicode.Scalar(code + second - 0xDC00) {
          return scalar
        }
      }
      throw start.failure(found: "half of a surrogate pair", expected: "a whole character")
    default: throw start.unexpected("an escape such as \\n or \\u0041")
    }
  }

  private mutating func hexadecimal(digits: Int) throws(LiteralError) -> UInt32 {
    let text = String(decoding: bytes[position...].prefix(digits), as: UTF8.self)
    guard text.utf8.count == digits, text.allSatisfy(\.isHexDigit), let value = UInt32(text, radix: 16) else {
      throw unexpected("\(digits) hexadecimal digits")
    }
    position += digits
    return value
  }
}
