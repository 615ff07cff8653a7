import Files

/// What flags and a configuration file can set; nil where nothing was said.
///
/// A setting is read and set by its name in ``SettingCatalogue``, as in `Settings { $0.dataset = "bundled" }`.
@dynamicMemberLookup
package struct Settings: Sendable {
  /// What was given.
  var given: [SettingKey: any SettingValue] = [:]
  /// What holds where neither a flag nor a file gives another value, unless a policy does without it.
  private var recommendations: [SettingKey: any SettingValue] = [:]
  /// Where those that somebody gave were given.
  private var origins: [SettingKey: SettingOrigin] = [:]

  /// Settings of which nothing is said but what the closure sets.
  package init(_ set: (inout Settings) -> Void = { _ in }) {
    set(&self)
  }

  package subscript<Value>(
    dynamicMember setting: KeyPath<SettingCatalogue, Setting<Value>>
  ) -> Value? {
    get { given[Self.key(setting)] as? Value }
    set { given[Self.key(setting)] = newValue }
  }

  private static func key<Value>(_ setting: KeyPath<SettingCatalogue, Setting<Value>>) -> SettingKey {
    SettingCatalogue.shared[keyPath: setting].key
  }

  /// These settings, and where they say nothing those of `other`.
  package func over(_ other: Settings) -> Settings {
    var result = self
    result.given.merge(other.given) { own, _ in own }
    result.recommendations.merge(other.recommendations) { own, _ in own }
    result.origins.merge(other.origins) { own, _ in own }
    return result
  }

  /// The words of a command line that give these settings.
  package var arguments: [String] {
    SettingCatalogue.all.flatMap { setting in
      given[setting.key].map(setting.arguments(for:)) ?? []
    }
  }

  /// The settings among these that do not make another experiment of a published one.
  var withoutEffect: Settings { keeping { !$0.isPartOfExperiment } }

  /// Those of these settings that a predicate holds for.
  package func keeping(_ isKept: (any AnySetting) -> Bool) -> Settings {
    var result = self
    for setting in SettingCatalogue.all where !isKept(setting) {
      result.given[setting.key] = nil
      result.origins[setting.key] = nil
    }
    return result
  }
}

// MARK: - Recommendations

extension Settings {
  /// Makes of the value of a setting what holds where nobody gives another one.
  mutating func recommend<Value>(_ setting: KeyPath<SettingCatalogue, Setting<Value>>) {
    let key = Self.key(setting)
    recommendations[key] = given.removeValue(forKey: key)
  }

  /// The value of a setting where nobody gives one.
  func recommended<Value>(_ setting: KeyPath<SettingCatalogue, Setting<Value>>) -> Value? {
    recommendations[Self.key(setting)] as? Value
  }
}

// MARK: - Origins

/// Where a setting was given, which is what errors call it by.
package enum SettingOrigin: Hashable, Sendable {
  case flag
  /// A configuration file, or a recipe, by its name.
  case file(String)
}

extension Settings {
  /// The same settings, all of which were typed as options.
  package func typed() -> Settings { attributed(to: .flag) }

  /// The same settings, all of which were given in one place.
  package func attributed(to origin: SettingOrigin) -> Settings {
    var result = self
    for key in given.keys { result.origins[key] = origin }
    return result
  }

  /// Where a setting was given; nil where nobody gave it.
  package func origin<Value>(of setting: KeyPath<SettingCatalogue, Setting<Value>>) -> SettingOrigin? {
    origins[Self.key(setting)]
  }

  /// Where a setting was given, by its key.
  func origin(of key: SettingKey) -> SettingOrigin? { origins[key] }
}

// MARK: - Files

extension Settings: Codable {
  package init(from decoder: any Decoder) throws {
    let file = try decoder.container(keyedBy: SettingKey.self)
    for setting in SettingCatalogue.all { given[setting.key] = try setting.value(in: file) }
  }

  package func encode(to encoder: any Encoder) throws {
    var file = encoder.container(keyedBy: SettingKey.self)
    for (key, value) in given { try file.encode(value, forKey: key) }
  }
}
