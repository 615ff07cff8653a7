import ArgumentParser

// An option of a setting takes all but its place in the help from the catalogue.

extension Option {
  /// The option of a setting.
  ///
  /// - Parameters:
  ///   - setting: the setting.
  ///   - help: the help of a command that has a rule of its own for it.
  init<SettingType, Argument: ExpressibleByArgument>(
    _ setting: KeyPath<SettingCatalogue, Setting<SettingType>>, help: String? = nil
  ) where Value == Argument? {
    let setting = SettingCatalogue.shared[keyPath: setting]
    self.init(
      name: .customLong(setting.option), parsing: SettingType.parsing,
      help: ArgumentHelp(help ?? setting.help))
  }
}

extension Option where Value == [String] {
  /// The option of a setting that may be given several times.
  init(wrappedValue: [String], _ setting: KeyPath<SettingCatalogue, Setting<[String]>>) {
    let setting = SettingCatalogue.shared[keyPath: setting]
    self.init(
      wrappedValue: wrappedValue, name: .customLong(setting.option), parsing: .singleValue,
      help: ArgumentHelp(setting.help))
  }
}

extension Flag where Value == Bool? {
  /// The switch of a setting, which is turned off by the same with `no-` before it.
  init(_ setting: KeyPath<SettingCatalogue, Setting<Bool>>) {
    let setting = SettingCatalogue.shared[keyPath: setting]
    self.init(name: .customLong(setting.option), inversion: .prefixedNo, help: ArgumentHelp(setting.help))
  }
}

extension Flag where Value == Bool {
  /// The switch of a setting that is off unless it is given.
  init(wrappedValue: Bool, _ setting: KeyPath<SettingCatalogue, Setting<Bool>>) {
    let setting = SettingCatalogue.shared[keyPath: setting]
    self.init(wrappedValue: wrappedValue, name: .customLong(setting.option), help: ArgumentHelp(setting.help))
  }
}

extension ParsableArguments {
  /// The settings that were typed as options of this group and of the groups in it.
  package var typedSettings: Settings {
    var settings = Settings()
    for (label, value) in Mirror(reflecting: self).children {
      // A property with a wrapper is stored under its name with a low line before it.
      guard let name = label?.dropFirst() else { continue }
      if let group = value as? any ArgumentGroup {
        settings = settings.over(group.arguments.typedSettings)
      } else if let option = (value as? any TypedOption)?.typed,
        let setting = SettingCatalogue.named(String(name))
      {
        settings.give(setting, option)
      }
    }
    return settings.typed()
  }
}

extension Settings {
  fileprivate mutating func give(_ setting: any AnySetting, _ option: Any) {
    guard let value = setting.value(ofOption: option) else {
      preconditionFailure("\(setting.flag): the option's type is \(type(of: option))")
    }
    given[setting.key] = value
  }
}

/// A property that holds what was typed.
private protocol TypedOption {
  /// Nil where nothing was.
  var typed: Any? { get }
}

extension Option: TypedOption {
  fileprivate var typed: Any? {
    let mirror = Mirror(reflecting: wrappedValue)
    return switch mirror.displayStyle {
    case .optional: mirror.children.first?.value
    case .collection: mirror.children.isEmpty ? nil : wrappedValue
    default: wrappedValue
    }
  }
}

extension Flag: TypedOption {
  fileprivate var typed: Any? {
    switch wrappedValue {
    case let isOn as Bool where Value.self == Bool.self && !isOn: nil
    case let isOn as Bool: isOn
    default: nil
    }
  }
}

/// A property that holds a group of options.
private protocol ArgumentGroup {
  var arguments: any ParsableArguments { get }
}

extension OptionGroup: ArgumentGroup {
  fileprivate var arguments: any ParsableArguments { wrappedValue }
}
