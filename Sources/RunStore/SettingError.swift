import Text

/// A setting with an invalid value.
public struct SettingError: ExplainedError, Hashable {
  /// The setting's name, as in `config.yaml`.
  public let name: String
  /// What was given.
  public let found: String
  /// What would be valid.
  public let expected: ErrorText

  /// Makes an error from its parts.
  public init(_ name: String, found: String, expected: ErrorText) {
    self.name = name
    self.found = found
    self.expected = expected
  }

  /// The setting, what was found and what was expected.
  public var text: ErrorText { "\(setting: name): found \(found), expected \(expected)" }
}
