import Augmentation
import Files
import Foundation
import RunStore
import Spaces
import Text
import Yams

extension Settings {
  /// Reads a configuration file: YAML, one `key: value` a line, as in a run's `config.yaml`.
  ///
  /// - Parameters:
  ///   - path: the file's path.
  ///   - user: the command that reads them; a note names the settings in the file that it does not use.
  /// - Throws: ``SettingsError`` that names file, key and cure; unknown keys are refused.
  init(contentsOf path: String, for user: RunKind? = nil) throws {
    guard let text = String(bytes: try readBytes(path, limit: 1 << 20), encoding: .utf8) else {
      throw SettingsError("\(path): the file is not text; give --config a YAML file")
    }
    try self.init(yaml: text, from: path, for: user)
  }

  /// Takes settings from the text of a configuration file.
  ///
  /// - Parameters:
  ///   - text: the text.
  ///   - path: the file's path, for errors.
  ///   - user: the command that reads them; nil for any.
  /// - Throws: ``SettingsError`` that names file, key and cure.
  package init(yaml text: String, from path: String, for user: RunKind? = nil) throws {
    let node: Node?
    do {
      node = try Yams.compose(yaml: text)
    } catch let error as YamlError {
      throw SettingsError("\(path): not YAML: \(error.words)")
    }
    guard let node else {
      self.init()
      return
    }
    guard case .mapping(let mapping) = node else {
      throw SettingsError("\(path): found no 'key: value' lines, expected settings such as 'epochs: 30'")
    }
    try self.init(mapping, from: path, for: user)
  }

  /// Takes settings from the `key: value` lines of a file.
  ///
  /// - Parameters:
  ///   - mapping: the lines.
  ///   - path: the file's path, for errors.
  ///   - user: the command that reads them; nil for any.
  /// - Throws: ``SettingsError`` that names file, key and cure.
  init(_ mapping: Node.Mapping, from path: String, for user: RunKind?) throws {
    let lines = Self.settings(of: mapping)
    try Self.requireEachOnce(lines, of: path)
    let flat = Node.Mapping(lines)
    for key in flat.keys { try Self.check(key, path) }
    let names = flat.keys.compactMap(\.string)
    let idle = SettingCatalogue.all.filter { setting in user.map { !setting.users.contains($0) } ?? false }
      .map(\.key.stringValue).filter(names.contains)
    if !idle.isEmpty { printNote("\(path): this command has no use for \(idle.joined(separator: ", "))") }
    Self.noteWhatIsDerived(mapping, path)
    do {
      self = try YAMLDecoder().decode(Settings.self, from: Node.mapping(flat))
    } catch DecodingError.typeMismatch(_, let context), DecodingError.dataCorrupted(let context) {
      let key = context.codingPath.first?.stringValue ?? "?"
      let text = flat.first { $0.key.string == key }?.value.string
      let found = text.map { "'\(excerpt($0))'" } ?? "a list or a mapping"
      let expected = SettingCatalogue.named(key)?.expected ?? "another value"
      throw SettingsError("\(path): \(key): found \(found), expected \(expected)")
    }
    try check(flat, of: path)
    self = attributed(to: .file(path))
    // The settings of a run that was begun before there was such a setting, or without it.
    if Self.isOfARun(mapping), self.scaleToSize == nil { self.scaleToSize = false }
  }

  /// Keys of a run's `config.yaml` that say how it continued, not what was asked for.
  private static let derived: Set<String> = [
    "imageDigest", "scheduleDigest", "scheduleDigests", "fromDigest", "earlierEpochs", "changedAfter",
    "movedTo", "startOrder", "trainerDigest",
  ]

  /// Says where the settings of a run stand for less than the run was.
  private static func noteWhatIsDerived(_ mapping: Node.Mapping, _ path: String) {
    func text(_ name: String) -> String? { mapping.first { $0.key.string == name }?.value.string }
    if let place = text("movedTo") {
      printNote(
        "\(path): the images of this run were moved to \(place), which is read unless --dataset names others"
      )
    }
    if mapping.keys.contains(where: { $0.string == "earlierEpochs" }) {
      printNote(
        "\(path): the run was made longer, which these settings do not repeat: all epochs are trained at once; the run's"
          + " report has the commands that reproduce it")
    }
  }

  /// Whether the lines are the `config.yaml` of a run, which holds the digest of its images.
  private static func isOfARun(_ mapping: Node.Mapping) -> Bool {
    mapping.keys.contains { $0.string == ConfigurationDifference.imageDigestKey }
  }

  /// The settings of a file, without those that are derived, under their names.
  ///
  /// The dataset of a run whose images were moved is where they are today.
  private static func settings(of mapping: Node.Mapping) -> [(Node, Node)] {
    let place = mapping.first { $0.key.string == "movedTo" }?.value
    return mapping.compactMap { key, value in
      guard let name = key.string.flatMap(settingName) else { return (key, value) }
      let value = name == SettingCatalogue.shared.dataset.key.stringValue ? place ?? value : value
      return derived.contains(name) ? nil : (Node(name), value)
    }
  }

  /// The setting that a key of a file names, by its own name in either spelling or by its option's: `dataDirectory`,
  /// `data-directory`, `data-dir`; nil for none.
  private static func settingName(_ key: String) -> String? {
    if derived.contains(key) || SettingCatalogue.named(key) != nil { return key }
    return SettingCatalogue.all.first { [$0.option, optionName($0.key.stringValue)].contains(key) }?.key
      .stringValue
  }

  private static func check(_ key: Node, _ path: String) throws {
    let name = key.string ?? "?"
    guard SettingCatalogue.named(name) == nil else { return }
    let names = SettingCatalogue.all.map(\.key.stringValue)
    let near =
      (name.utf8.count > 64 ? nil : nearestName(to: name, among: names)).map { "; did you mean '\($0)'?" }
      ?? "; there are: "
      + names.joined(separator: ", ")
    throw SettingsError("\(path): unknown setting '\(excerpt(name))'\(near)")
  }
}
