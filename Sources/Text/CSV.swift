/// A field of comma-separated values (RFC 4180): in quotes where its text needs them.
public func csvField(_ text: String) -> String {
  guard text.unicodeScalars.contains(where: { [",", "\"", "\r", "\n"].contains($0) }) else { return text }
  return "\"" + text.replacing("\"", with: "\"\"") + "\""
}
