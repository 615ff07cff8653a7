import Policies
import Text
import Yams

extension JSONValue {
  /// The most values of a file, more than 64 KiB can write out; names that stand for other values count as often as they
  /// stand for them.
  private static let mostValues = 40_000

  /// The value of a YAML file, nil where it has none: what JSON has, as everybody reads it.
  ///
  /// YAML has more words for numbers and truths than other programs read; they are refused, so that a file means what its
  /// text says.
  ///
  /// - Parameters:
  ///   - text: the text of the file.
  ///   - file: the file, for errors.
  /// - Throws: `PolicyError` with file and place.
  package init?(yaml text: String, from file: String) throws(PolicyError) {
    let node: Node?
    do {
      node = try Yams.compose(yaml: text)
    } catch {
      let words = (error as? YamlError)?.words ?? "\(error)"
      throw PolicyError(
        file: file, found: "a text that is not YAML (\(words))", expected: "'key: value' lines")
    }
    guard let node else { return nil }
    var left = Self.mostValues
    try self.init(node, at: "", of: file, left: &left)
  }

  private init(_ node: Node, at place: String, of file: String, left: inout Int) throws(PolicyError) {
    left -= 1
    guard left >= 0 else {
      throw PolicyError(
        file: file, found: "more than \(Self.mostValues) values", expected: "a smaller file")
    }
    func complaint(_ expected: String) -> PolicyError {
      let found = node.scalar.map { "'\(printable(cut($0.string, 60)))'" } ?? "another kind of value"
      return PolicyError(file: file, place: place, found: found, expected: expected)
    }
    switch node {
    case .mapping(let mapping):
      var members: [String: JSONValue] = [:]
      for (key, value) in mapping {
        guard let name = key.scalar?.string else { throw complaint("names as keys") }
        guard members[name] == nil else {
          throw complaint("each key once, not '\(printable(cut(name, 60)))' twice")
        }
        members[name] = try JSONValue(
          value, at: place.isEmpty ? name : place + "." + name, of: file, left: &left)
      }
      self = .object(members)
    case .sequence(let items):
      var values: [JSONValue] = []
      for (index, item) in items.enumerated() {
        values.append(try JSONValue(item, at: "\(place)[\(index)]", of: file, left: &left))
      }
      self = .array(values)
    case .scalar(let scalar):
      guard scalar.style == .plain || scalar.style == .any else {
        self = .string(scalar.string)
        return
      }
      let text = scalar.string
      switch text {
      case "", "~", "null": self = .null
      case "true": self = .bool(true)
      case "false": self = .bool(false)
      case _ where text.isPlainNumber:
        if let whole = Int(text) {
          self = .integer(whole)
        } else if let number = Double(text), number.isFinite {
          self = .number(number)
        } else {
          throw complaint("a finite number")
        }
      case _ where [Tag.Name.int, .float, .bool, .null].contains(where: { node.tag == Tag($0) }):
        throw complaint("true, false, null or a decimal number without leading zeros, or the text in quotes")
      default: self = .string(text)
      }
    case .alias: throw complaint("a value")
    }
  }
}

extension String {
  /// Whether it is a decimal number without leading zeros.
  package var isPlainNumber: Bool {
    wholeMatch(of: /[-+]?(0|[1-9][0-9]*)(\.[0-9]*)?([eE][-+]?[0-9]+)?|[-+]?\.[0-9]+/) != nil
  }
}
