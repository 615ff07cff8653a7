import RunStore
import Text

extension Settings {
  /// What the user calls a setting: its option where it was typed, the file and the key where a file has it.
  ///
  /// - Parameters:
  ///   - setting: the setting.
  ///   - otherwise: where nobody gave it; nil for the option.
  /// - Returns: the name to use in a message.
  func name(of setting: any AnySetting, otherwise: String? = nil) -> String {
    // A comparison has a list of policies, each of which is checked as a training's.
    let isOneOfMany =
      setting.key == all.policy.key && origin(of: \.policy) == nil && origin(of: \.policies) != nil
    let setting: any AnySetting = isOneOfMany ? all.policies : setting
    return switch origin(of: setting.key) {
    case .flag: setting.flag
    case .file(let path): "\(path): \(setting.key.stringValue)"
    case nil: otherwise ?? setting.flag
    }
  }

  /// What the user calls a setting.
  package func name<Value>(of setting: KeyPath<SettingCatalogue, Setting<Value>>) -> String {
    name(of: all[keyPath: setting])
  }

  private var all: SettingCatalogue { .shared }

  /// The settings that name files, by the digests of what is in those.
  private static let settingsOfDigests: [String: any AnySetting] = [
    "fromDigest": SettingCatalogue.shared.from, "scheduleDigest": SettingCatalogue.shared.policy,
    "scheduleDigests": SettingCatalogue.shared.policies,
  ]

  /// Calls the body; an error about a setting that it throws calls the setting what the user called it.
  package func naming<Result>(_ body: () throws -> Result) throws -> Result {
    do {
      return try body()
    } catch RunStoreError.otherConfiguration(let path, let differences) {
      throw RunStoreError.otherConfiguration(
        path: path,
        differences: differences.map { difference in
          var difference = difference
          if let setting = SettingCatalogue.named(difference.key) {
            difference.name = name(of: setting, otherwise: setting.key.stringValue)
          } else if let setting = Self.settingsOfDigests[difference.key] {
            difference.name =
              name(of: setting, otherwise: setting.key.stringValue) + " (digest of what is in the file)"
          }
          return difference
        })
    } catch let error as any ExplainedError {
      throw SettingsError(ErrorText(words(of: error.text)), isUsageMistake: error.isUsageMistake)
    }
  }

  /// A text whose settings are called what the user called them.
  private func words(of text: ErrorText) -> String {
    text.text(
      subject: { name in SettingCatalogue.named(name).map { self.name(of: $0) } ?? name },
      within: name(within:))
  }

  /// What the user calls a setting, or another option of a command, in the middle of a text.
  func name(within name: String) -> String {
    guard let setting = SettingCatalogue.named(name) else { return "--" + optionName(name) }
    guard case .file(let path) = origin(of: setting.key) else { return setting.flag }
    return "\(name) in \(path)"
  }
}
