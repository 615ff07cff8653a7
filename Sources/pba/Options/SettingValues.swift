import Policies
import Yams

/// What the values of a configuration file may look like: numbers and words that everybody reads in one way.
///
/// YAML has more: `010` is 8, `0x10` 16, `1_000` 1000 and `1:30` 90, `yes` is true, and a line without a value leaves the
/// default. None of it is taken.
extension Settings {
  /// Throws ``SettingsError`` for the first value that means something else than what stands there.
  ///
  /// - Parameter lines: of the file, from which these settings were read.
  func check(_ lines: Node.Mapping, of path: String) throws {
    let values = try values()
    for (key, node) in lines {
      guard let name = key.string else { continue }
      guard let value = values[name] else {
        throw SettingsError("\(path): \(name): found nothing, expected a value; or leave the line out")
      }
      guard let text = node.scalar?.string, let expected = Self.complaint(about: text, as: value) else {
        continue
      }
      throw SettingsError("\(path): \(name): found '\(printable(text))', expected \(expected)")
    }
  }

  /// What is expected in place of a text that was read as this value; nil where it is plain.
  private static func complaint(about text: String, as value: JSONValue) -> String? {
    switch value {
    case .bool: return ["true", "false"].contains(text) ? nil : "true or false"
    case .integer, .number:
      let isPlain =
        text.wholeMatch(of: /[-+]?(0|[1-9][0-9]*)(\.[0-9]*)?([eE][-+]?[0-9]+)?|[-+]?\.[0-9]+/) != nil
      return isPlain ? nil : "a decimal number without leading zeros, such as 10, 0.05 or 1e-3"
    default: return nil
    }
  }

  /// Throws ``SettingsError`` where a setting has more than one line; `batch-size` and `batchSize` are one.
  static func requireEachOnce(_ lines: [(Node, Node)], of path: String) throws {
    var seen: Set<String> = []
    for (key, _) in lines {
      guard let name = key.string, !seen.insert(name).inserted else { continue }
      throw SettingsError("\(path): \(name): found two lines, expected one; remove one of them")
    }
  }
}
