/// A text with every character escaped that would move a terminal's cursor, change its state, or reorder the line.
///
/// The escapes are JSON's: `\n`, `\u001b`.
public func printable(_ text: String) -> String {
  // Most texts are plain, and a file's content may be long.
  guard !text.utf8.allSatisfy({ (0x20..<0x7F).contains($0) }) else { return text }
  var result = ""
  for scalar in text.unicodeScalars {
    switch scalar {
    case "\n": result += "\\n"
    case "\r": result += "\\r"
    case "\t": result += "\\t"
    case _ where isControl(scalar):
      let digits = String(scalar.value, radix: 16)
      result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
    default: result.unicodeScalars.append(scalar)
    }
  }
  return result
}

private func isControl(_ scalar: Unicode.Scalar) -> Bool {
  switch scalar.value {
  case 0..<0x20, 0x7F..<0xA0: true
  // Line and paragraph separators, and the marks that turn the direction of writing.
  case 0x2028, 0x2029, 0x061C, 0x200E, 0x200F, 0x202A...0x202E, 0x2066...0x2069: true
  // Noncharacters, which YAML refuses as they are.
  case 0xFFFE, 0xFFFF: true
  default: false
  }
}

/// Text of which at most so many characters are left, with a mark where some are missing.
package func cut(_ text: String, _ width: Int) -> String {
  text.count <= width ? text : String(text.prefix(max(0, width - 1))) + "…"
}

/// What an error shows of a value: what a file says may be of any length.
package func excerpt(_ value: String) -> String { printable(cut(value, 60)) }
