import ArgumentParser
import Datasets
import Policies
import PopulationBasedTraining
import Search
import Training
import Workers

/// What a setting can be: read from YAML as any decodable value is, and written as an option takes it.
package protocol SettingValue: Codable, Sendable {
  /// How the parser takes the text after the option; a number may begin with a minus.
  static var parsing: SingleValueParsingStrategy { get }

  /// Converts the value of an option that may have another type; nil if it is not valid for this setting.
  init?(option: Any)

  /// The text that the option takes.
  var argument: String { get }

  /// What a file may hold as the value, for people.
  static var expected: String { get }
}

extension SettingValue {
  package static var parsing: SingleValueParsingStrategy { .next }

  package init?(option: Any) {
    guard let value = option as? Self else { return nil }
    self = value
  }

  package var argument: String { "\(self)" }
}

extension SettingValue where Self: RawRepresentable, RawValue == String {
  package var argument: String { rawValue }
}

extension SettingValue where Self: RawRepresentable & CaseIterable, RawValue == String {
  package static var expected: String { "one of " + allCases.map(\.rawValue).joined(separator: ", ") }
}

extension LearningRateRule: SettingValue {}
extension PolicyOrder: SettingValue {}

extension String: SettingValue {
  package static var expected: String { "text" }
}

extension Bool: SettingValue {
  package static var expected: String { "true or false" }
}

/// The words of options, `max` and `min`; files may also have those of a run's settings.
extension Direction: SettingValue {
  package static var expected: String { "maximize or minimize" }

  package var argument: String {
    switch self {
    case .maximize: "max"
    case .minimize: "min"
    }
  }
}

extension TrainerName: SettingValue {
  package static var expected: String { "FILE.py or FILE.py:Class" }
}

extension ImageSize: SettingValue {
  package static var expected: String { "a size such as 64, or 64x48 for height and width" }
}

extension NamedExplorer: SettingValue {
  package static var expected: String { "one of " + all.map(\.name).joined(separator: ", ") }
}

extension Int: SettingValue {
  package static var expected: String { "a whole number" }
  package static var parsing: SingleValueParsingStrategy { .unconditional }
}

extension UInt64: SettingValue {
  package static var expected: String { "a whole number, 0 or more" }
  package static var parsing: SingleValueParsingStrategy { .unconditional }
}

extension Double: SettingValue {
  package static var expected: String { "a decimal number" }
  package static var parsing: SingleValueParsingStrategy { .unconditional }

  /// The shortest text that gives the same number, without the `.0` of a whole one.
  package var argument: String {
    let text = "\(self)"
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }
}

extension Concurrency: SettingValue {
  package static var expected: String { "auto or a whole number" }
  package static var parsing: SingleValueParsingStrategy { .unconditional }

  /// A comparison takes numbers alone.
  package init?(option: Any) {
    guard let value = option as? Concurrency ?? (option as? Int).map(Concurrency.trials) else { return nil }
    self = value
  }
}

/// Policies or ranges, between which commas stand on the command line.
extension [String]: SettingValue {
  package static var expected: String { "a list of names" }

  package init?(option: Any) {
    guard let lists = option as? [String] ?? (option as? String).map({ [$0] }) else { return nil }
    self = lists.flatMap(PlayedPolicy.words)
  }

  package var argument: String { joined(separator: ",") }
}
