import RunStore

/// The name of a setting: its key in a configuration file and in a run's `config.yaml`.
package struct SettingKey: CodingKey, Hashable {
  package let stringValue: String
  package var intValue: Int? { nil }

  package init(stringValue: String) { self.stringValue = stringValue }
  package init?(intValue: Int) { nil }
}

/// The option of a name in code, without the dashes: `batch-size` for `batchSize`.
func optionName(_ name: String) -> String {
  name.map { $0.isUppercase ? "-" + $0.lowercased() : String($0) }.joined()
}

/// What trains the segments of a search.
package enum SearchKind: Hashable, Sendable, CaseIterable {
  /// Networks of this program.
  case network
  /// A user's trainer.
  case trainer
}

/// A setting: what files and the command line call it, what its help says, and which commands use it.
package struct Setting<Value: SettingValue>: Sendable {
  package let key: SettingKey
  package let option: String
  /// What the help says, the default included.
  package let help: String
  /// The value where nobody gives one, if that depends on nothing else.
  package let standard: Value?
  package let users: Set<RunKind>
  package let trainedBy: Set<SearchKind>
  package let isPartOfExperiment: Bool

  /// Declares a setting.
  ///
  /// - Parameters:
  ///   - name: its key.
  ///   - option: what comes after the dashes; the key with dashes unless it is given.
  ///   - help: what it is about.
  ///   - standard: the value where nobody gives one, which is added to the help.
  ///   - standardInWords: what the help says of it instead; empty for nothing.
  ///   - users: the commands that use it.
  ///   - trainedBy: what trains in a search that has a use for it; networks of this program unless others are named.
  ///   - isPartOfExperiment: whether another value makes another experiment of a published one, rather than say where and with
  ///     which of many equal chances it is computed.
  init(
    _ name: String, option: String? = nil, help: String, standard: Value? = nil,
    standardInWords: String? = nil,
    for users: Set<RunKind> = [.search, .train, .compare], trainedBy: Set<SearchKind> = [.network],
    isPartOfExperiment: Bool = true
  ) {
    key = SettingKey(stringValue: name)
    self.option = option ?? optionName(name)
    let words = standardInWords ?? standard?.argument ?? ""
    self.help = words.isEmpty ? help : "\(help) (default: \(words))"
    self.standard = standard
    self.users = users
    self.trainedBy = trainedBy
    self.isPartOfExperiment = isPartOfExperiment
  }
}

/// A setting whatever its values are.
package protocol AnySetting: Sendable {
  /// Its name in files.
  var key: SettingKey { get }
  /// What comes after the dashes on the command line.
  var option: String { get }
  /// The commands that use it.
  var users: Set<RunKind> { get }
  /// What trains in a search that has a use for it.
  var trainedBy: Set<SearchKind> { get }
  /// Whether another value makes another experiment of a published one.
  var isPartOfExperiment: Bool { get }

  /// What a file may hold as its value, for people.
  var expected: String { get }

  /// Its value among those of a file; nil where the file has none.
  func value(in file: KeyedDecodingContainer<SettingKey>) throws -> (any SettingValue)?
  /// Its value by what the parser made of the option; nil where that is none.
  func value(ofOption option: Any) -> (any SettingValue)?
  /// The words of a command line that give it a value; none where it is so without them.
  func arguments(for value: any SettingValue) -> [String]
}

extension AnySetting {
  /// The option that gives the setting: `--batch-size` for `batchSize`.
  package var flag: String { "--" + option }
}

extension Setting: AnySetting {
  package var expected: String { Value.expected }

  package func value(in file: KeyedDecodingContainer<SettingKey>) throws -> (any SettingValue)? {
    try file.decodeIfPresent(Value.self, forKey: key)
  }

  package func value(ofOption option: Any) -> (any SettingValue)? { Value(option: option) }

  package func arguments(for value: any SettingValue) -> [String] {
    guard let isOn = value as? Bool else { return [flag, value.argument] }
    // A switch that is off by default has no option that turns it off, or needs none.
    return isOn ? [flag] : standard as? Bool == false ? [] : ["--no-" + option]
  }
}
