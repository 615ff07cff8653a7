import Augmentation
import Foundation
import Yams

extension Settings {
  /// Reads a configuration file: YAML, one `key: value` a line, as in a run's `config.yaml`.
  ///
  /// - Throws: ``SettingsError`` that names file, key and cure; unknown keys are refused.
  init(contentsOf path: String) throws {
    guard let data = FileManager.default.contents(atPath: path),
      let text = String(bytes: data, encoding: .utf8)
    else {
      throw SettingsError("\(path): the file cannot be read as text; give --config a YAML file")
    }
    let node: Node?
    do {
      node = try Yams.compose(yaml: text)
    } catch {
      throw SettingsError(
        "\(path): not YAML: \(String(describing: error).split(separator: "\n").joined(separator: " "))")
    }
    guard let node else {
      self.init()
      return
    }
    guard case .mapping(let mapping) = node else {
      throw SettingsError("\(path): found no 'key: value' lines, expected settings such as 'epochs: 30'")
    }
    let flat = Node.Mapping(Self.flattened(mapping))
    for key in flat.keys { try Self.check(key, path) }
    do {
      self = try YAMLDecoder().decode(Settings.self, from: Node.mapping(flat))
    } catch DecodingError.typeMismatch(_, let context), DecodingError.dataCorrupted(let context) {
      let key = context.codingPath.first?.stringValue ?? "?"
      let found = flat.first { $0.key.string == key }?.value.string ?? "a list or a mapping"
      throw SettingsError("\(path): \(key): found '\(found)', which is not a value of this setting")
    }
  }

  /// Keys of a run's `config.yaml` that say how it went on, not what was asked for.
  private static let derived: Set<String> = ["scheduleDigest"]
  /// The name a search gives to the threads of one trial.
  private static let aliases = ["torchThreads": "threads"]

  /// The settings of one level: those of a training's `recipe` beside the others.
  private static func flattened(_ mapping: Node.Mapping) -> [(Node, Node)] {
    mapping.flatMap { key, value -> [(Node, Node)] in
      if key.string == "recipe", case .mapping(let inner) = value { return flattened(inner) }
      if let name = key.string, derived.contains(name) { return [] }
      let name = key.string.map { aliases[$0] ?? camelCased($0) }
      return [(name.map { Node($0) } ?? key, value)]
    }
  }

  /// `batch-size`, the flag's spelling, is the same key as `batchSize`.
  private static func camelCased(_ key: String) -> String {
    let parts = key.split(separator: "-", omittingEmptySubsequences: false)
    return parts.dropFirst().reduce(String(parts.first ?? "")) {
      $0 + $1.prefix(1).uppercased() + $1.dropFirst()
    }
  }

  private static func check(_ key: Node, _ path: String) throws {
    let names = CodingKeys.allCases.map(\.rawValue)
    let name = key.string ?? "?"
    guard !names.contains(name) else { return }
    let near =
      nearestName(to: name, among: names).map { "; did you mean '\($0)'?" } ?? "; there are: "
      + names.joined(separator: ", ")
    throw SettingsError("\(path): unknown setting '\(name)'\(near)")
  }
}
