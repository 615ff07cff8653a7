import RunStore

/// Where a setting was given, which is what errors call it by.
enum SettingOrigin: Hashable {
  case flag
  /// A configuration file, or a recipe, by its name.
  case file(String)
}

extension Settings.CodingKeys {
  /// The option that gives the setting: `--batch-size` for `batchSize`.
  var flag: String {
    if self == .dataDirectory { return "--data-dir" }
    return "--" + rawValue.map { $0.isUppercase ? "-" + $0.lowercased() : String($0) }.joined()
  }
}

extension Settings {
  /// The same settings, all of which were typed as options.
  func typed() throws -> Settings { try from(.flag) }

  /// The same settings, all of which were given in one place.
  func from(_ origin: SettingOrigin) throws -> Settings {
    var result = self
    for name in try values().keys {
      if let key = CodingKeys(rawValue: name) { result.origins[key] = origin }
    }
    return result
  }

  /// What the user calls a setting: its option where it was typed, the file and the key where a file has it.
  ///
  /// - Parameters:
  ///   - key: the setting.
  ///   - otherwise: where nobody gave it.
  /// - Returns: the name to use in a message.
  func name(of key: CodingKeys, otherwise: String) -> String {
    // A comparison has a list of policies, each of which is checked as a training's.
    let key = key == .policy && origins[.policy] == nil && origins[.policies] != nil ? .policies : key
    return switch origins[key] {
    case .flag: key.flag
    case .file(let path): "\(path): \(key.rawValue)"
    case nil: otherwise
    }
  }

  /// The settings that name files, by the digests of what is in those.
  private static let settingsOfDigests: [String: CodingKeys] = [
    "fromDigest": .from, "scheduleDigest": .policy, "scheduleDigests": .policies,
  ]

  /// Calls the body; an error about a setting that it throws calls the setting what the user called it.
  func naming<Result>(_ body: () throws -> Result) throws -> Result {
    do {
      return try body()
    } catch RunStoreError.otherConfiguration(let path, let differences) {
      throw RunStoreError.otherConfiguration(
        path: path,
        differences: differences.map { difference in
          var difference = difference
          if let key = CodingKeys(rawValue: difference.key) {
            difference.name = name(of: key, otherwise: key.rawValue)
          } else if let key = Self.settingsOfDigests[difference.key] {
            difference.name = name(of: key, otherwise: key.rawValue) + " (digest of what is in the file)"
          }
          return difference
        })
    } catch {
      let text = "\(error)"
      // Every error about a setting begins with the setting's key and a colon; so may one about a file of that name.
      let word = text.prefix { $0 != ":" }
      guard error.isUsageMistake, word.endIndex < text.endIndex, let key = CodingKeys(rawValue: String(word))
      else { throw error }
      throw SettingsError(name(of: key, otherwise: key.flag) + text[word.endIndex...])
    }
  }
}
