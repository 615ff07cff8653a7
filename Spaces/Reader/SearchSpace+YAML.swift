import Policies
import Text

extension SearchSpace {
  /// The space as the text of a YAML file, an operation on each line; `init(yaml:from:)` reads it.
  public var yaml: String {
    guard case .object(let members) = fileValue else { return "" }
    var text = ""
    for key in ["format", "version", "name", "operationCount", "scalePixels"] {
      if let value = members[key] { text += "\(key): \(key == "format" ? plain(value) : value.text)\n" }
    }
    text += "operations:\n"
    guard case .array(let operations) = members["operations"] else { return text }
    for case .object(let operation) in operations {
      let pairs = ["operation", "entries", "lowest", "highest", "steps", "signed"].compactMap { key in
        operation[key].map { "\(key): \(plain($0))" }
      }
      text += "  - {\(pairs.joined(separator: ", "))}\n"
    }
    return text
  }

  /// A word without quotes, which names of formats and operations do not need.
  private func plain(_ value: JSONValue) -> String {
    if case .string(let word) = value { word } else { value.text }
  }
}
