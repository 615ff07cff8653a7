import Spaces
import Text
import Yams

/// What the values of a configuration file may look like: numbers and words that everybody reads in one way.
///
/// YAML has more: `010` is 8, `0x10` 16, `1_000` 1000 and `1:30` 90, `yes` is true, and a line without a value leaves the
/// default. None of it is taken.
extension Settings {
  /// Checks that every value means what its text says.
  ///
  /// - Parameters:
  ///   - lines: of the file, from which these settings were read.
  ///   - path: the file's path, for errors.
  /// - Throws: ``SettingsError`` for the first value that means something else than its text says.
  func check(_ lines: Node.Mapping, of path: String) throws {
    let values = try values()
    for (key, node) in lines {
      guard let name = key.string else { continue }
      guard let value = values[name] else {
        throw SettingsError("\(path): \(name): found nothing, expected a value; or leave the line out")
      }
      guard value != .string("") else {
        throw SettingsError("\(path): \(name): found an empty text, expected a value; or leave the line out")
      }
      if let (found, expected) = Self.complaint(about: node, as: value) {
        throw SettingsError("\(path): \(name): found '\(excerpt(found))', expected \(expected)")
      }
    }
  }

  /// The first text that was read as this value, or as a part of it, and is not plain, and what is expected in its place.
  private static func complaint(
    about node: Node, as value: JSONValue
  ) -> (found: String, expected: String)? {
    switch (node, value) {
    case (.sequence(let items), .array(let values)):
      return zip(items, values).compactMap { item, value in complaint(about: item, as: value) }.first
    case (.mapping(let lines), .object(let values)):
      return lines.compactMap { key, node in
        key.string.flatMap { values[$0] }.flatMap { complaint(about: node, as: $0) }
      }.first
    case (.scalar(let scalar), .bool):
      return ["true", "false"].contains(scalar.string) ? nil : (scalar.string, "true or false")
    case (.scalar(let scalar), .integer), (.scalar(let scalar), .number):
      return scalar.string.isPlainNumber
        ? nil : (scalar.string, "a decimal number without leading zeros, such as 10, 0.05 or 1e-3")
    // Numbers with commas between them.
    case (.scalar(let scalar), .array(let values)):
      let parts = scalar.string.split(separator: ",").map { Node(String($0)) }
      return zip(parts, values).compactMap { part, value in complaint(about: part, as: value) }.first
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
