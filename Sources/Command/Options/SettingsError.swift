import Text

/// A request that cannot be served, with the cure.
package struct SettingsError: ExplainedError {
  package let text: ErrorText
  /// Whether the request is wrong in itself, rather than for what was found on the disk.
  package let isUsageMistake: Bool

  package init(_ text: ErrorText, isUsageMistake: Bool = true) {
    self.text = text
    self.isUsageMistake = isUsageMistake
  }
}
