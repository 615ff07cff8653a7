import ArgumentParser
import Files
import Foundation
import Policies
import Text
import Workers
import Yams

/// Where a trainer's own settings come from: a YAML or JSON file, or a JSON object as it is.
package struct TrainerSettingsSource: Hashable, Sendable {
  /// The path of a file, or the text of an object.
  let text: String

  /// Settings that are known.
  init(_ settings: TrainerSettings) { text = settings.description }

  /// The most bytes of the settings: a worker gets them in one line, with all else that it needs to know.
  private static let most = 64 << 10

  private var isObject: Bool { text.drop(while: \.isWhitespace).hasPrefix("{") }

  /// The settings; throws ``SettingsError`` where they are none.
  func settings() throws -> TrainerSettings {
    guard isObject else { return try Self.read(HomeFolder().expanding(text)) }
    guard text.utf8.count <= Self.most else {
      throw SettingsError(
        "\(setting: "trainerConfig"): found \(text.utf8.count) bytes, expected at most \(Self.most); keep large values in a file that"
          + " the trainer reads")
    }
    do {
      guard case .object(let values) = try JSONValue(parsing: text.utf8, as: .json) else {
        throw SettingsError("\(setting: "trainerConfig"): found no JSON object, expected one")
      }
      return TrainerSettings(values)
    } catch let error as PolicyError {
      throw SettingsError(
        "\(setting: "trainerConfig"): \(error.place): found \(error.found), expected \(error.expected)")
    }
  }

  private static func read(_ path: String) throws -> TrainerSettings {
    guard let text = String(bytes: try readBytes(path, limit: Self.most), encoding: .utf8) else {
      throw SettingsError(
        "\(path): the file is not text; give \(setting: "trainerConfig") a YAML or JSON file")
    }
    let node: Node?
    do {
      node = try Yams.compose(yaml: text)
    } catch let error as YamlError {
      throw SettingsError("\(path): not YAML: \(error.words)")
    }
    guard let node else { return TrainerSettings() }
    guard case .object(let values) = try JSONValue(node, at: "", of: path) else {
      throw SettingsError(
        "\(path): found no 'key: value' lines, expected settings such as 'learning_rate: 0.1'")
    }
    return TrainerSettings(values)
  }
}

extension TrainerSettingsSource: SettingValue, ExpressibleByArgument {
  package static var expected: String { "the path of a file, or a JSON object" }

  package init?(argument: String) { text = argument }

  package var argument: String { text }

  package init(from decoder: any Decoder) throws {
    text = try decoder.singleValueContainer().decode(String.self)
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(text)
  }
}

extension JSONValue {
  /// A value of a YAML file: what JSON has, as everybody reads it.
  ///
  /// YAML has more words for numbers and truths than other programs read; they are refused, so that a trainer's settings mean
  /// what their text says.
  ///
  /// - Parameters:
  ///   - node: the value.
  ///   - place: where it stands, such as `optimizer.rate`; empty for the whole.
  ///   - path: the file.
  /// - Throws: ``SettingsError`` with the place.
  fileprivate init(_ node: Node, at place: String, of path: String) throws {
    func complaint(_ expected: String) -> SettingsError {
      let found = node.scalar.map { "'\(shown($0.string))'" } ?? "another kind of value"
      return SettingsError(
        ErrorText("\(path): \(place.isEmpty ? "" : place + ": ")found \(found), expected \(expected)"))
    }
    switch node {
    case .mapping(let mapping):
      var members: [String: JSONValue] = [:]
      for (key, value) in mapping {
        guard let name = key.scalar?.string else { throw complaint("names as keys") }
        guard members[name] == nil else { throw complaint("each key once, not '\(shown(name))' twice") }
        members[name] = try JSONValue(value, at: place.isEmpty ? name : place + "." + name, of: path)
      }
      self = .object(members)
    case .sequence(let items):
      self = .array(
        try items.enumerated().map { try JSONValue($0.element, at: "\(place)[\($0.offset)]", of: path) })
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
