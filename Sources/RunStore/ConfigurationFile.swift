import Foundation
import Text
import Yams

extension RunConfiguration {
  /// The settings as YAML text for people: one `key: value` a line, in the order of the coding keys.
  ///
  /// The text can be given back as a configuration file; settings that are not set are left out.
  public func yaml() throws -> String {
    guard case .mapping(let groups) = try Yams.compose(yaml: try YAMLEncoder().encode(self)) else {
      return ""
    }
    var lines = Node.Mapping(flattened(groups))
    // The YAML encoder writes 0.1 as 1e-1 and rounds to 15 digits; JSON's numbers are short and exact.
    let exact = try settings(inJSON: json())
    for (key, value) in lines {
      guard let name = key.string, let number = exact[name] else { continue }
      switch (value, number) {
      case (.scalar, .scalar(let number)) where value.tag == Tag(.float):
        lines[key] = .scalar(Node.Scalar(number.string))
      case (.sequence(let items), .sequence(let numbers)) where items.contains { $0.tag == Tag(.float) }:
        lines[key] = .sequence(
          Node.Sequence(numbers.map { .scalar(Node.Scalar(settingText($0))) }, .implicit, .flow))
      default: break
      }
    }
    return try Yams.serialize(node: .mapping(lines))
  }
}

/// The members of a JSON object by name, those of nested objects among them, each number as it is written.
///
/// JSON is YAML; read as such, no number is rounded, and a seed keeps its 64 bits.
func settings(inJSON text: String) throws -> [String: Node] {
  // Names may hold characters that JSON takes as they are and YAML does not.
  let lines = text.split(separator: "\n").map { printable(String($0)) }
  guard case .mapping(let members) = try Yams.compose(yaml: lines.joined(separator: "\n")) else { return [:] }
  return Dictionary(flattened(members).compactMap { key, value in key.string.map { ($0, value) } }) { $1 }
}

/// The lines of a mapping, those of mappings in it in their place.
private func flattened(_ mapping: Node.Mapping) -> [(Node, Node)] {
  mapping.flatMap { key, value in
    if case .mapping(let inner) = value { flattened(inner) } else { [(key, value)] }
  }
}

/// A setting's value in one line.
func settingText(_ value: Node) -> String {
  switch value {
  case .scalar(let scalar): scalar.string
  case .sequence(let items): "[" + items.map(settingText).joined(separator: ", ") + "]"
  case .mapping, .alias: ""
  }
}
