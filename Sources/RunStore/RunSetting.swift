import Files
import Policies
import Yams

/// One setting of a run of any kind, for people.
public struct RunSetting: Hashable, Sendable {
  /// The name, as in `config.yaml`.
  public let name: String
  /// The value in words; a list has one for each element.
  public let values: [String]
  /// Whether the setting is a list, also where it has one value.
  public let isList: Bool

  /// A setting by its key in `config.yaml` and its values as text.
  public init(name: String, values: [String], isList: Bool = false) {
    self.name = name
    self.values = values
    self.isList = isList
  }

  /// The value in one line.
  public var text: String { values.joined(separator: isList ? ", " : "") }
}

extension RunDirectory {
  /// The settings that the run was begun with, in the order of `config.yaml`; those that are not set are left out.
  ///
  /// The values are the journal's; where the file is missing, they stand in the order of their names.
  public func settings() throws -> [RunSetting] {
    let recorded: [String: Node]
    do {
      recorded = try RunStore.settings(inJSON: recordedConfiguration())
    } catch let error as YamlError {
      throw RunStoreError.damagedJournal(path: path, detail: "its settings are not readable: \(error)")
    }
    let order = namesInFile()
    let names = order.filter { recorded[$0] != nil } + recorded.keys.filter { !order.contains($0) }.sorted()
    return names.compactMap { name in recorded[name].flatMap { RunSetting(name, $0) } }
  }

  private func namesInFile() -> [String] {
    guard let file = try? readOwnBytes(configurationPath, limit: 1 << 24),
      case .mapping(let lines)? = try? Yams.compose(yaml: String(decoding: file, as: UTF8.self))
    else { return [] }
    return lines.keys.compactMap(\.string)
  }
}

extension RunSetting {
  fileprivate init?(_ name: String, _ node: Node) {
    switch node {
    case .scalar(let scalar) where name == RunRow.spaceKey:
      self.init(name: name, values: [SearchSpace.words(of: scalar.string)])
    case .scalar(let scalar): self.init(name: name, values: [scalar.string])
    case .sequence(let items): self.init(name: name, values: items.map(settingText), isList: true)
    case .mapping, .alias: return nil
    }
  }
}

extension Sequence<RunSetting> {
  /// The value of a setting; nil where it is not set.
  public subscript(_ name: String) -> RunSetting? { first { $0.name == name } }

  /// The value of a setting that is a whole number.
  public func integer(_ name: String) -> Int? { self[name].flatMap { Int($0.text) } }
}
