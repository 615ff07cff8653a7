import ArgumentParser
import Datasets
import Policies
import Search
import Training

/// What a setting can be: read from YAML as any decodable value is, and written as an option takes it.
package protocol SettingValue: Codable, Sendable {
  /// How the parser takes the text after the option; a number may begin with a minus.
  static var parsing: SingleValueParsingStrategy { get }

  /// Converts the value of an option that may have another type; nil if it is not valid for this setting.
  init?(option: Any)

  /// The text that the option takes.
  var argument: String { get }
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

extension String: SettingValue {}
extension Bool: SettingValue {}
extension LearningRateRule: SettingValue {}
extension PolicyOrder: SettingValue {}
extension ImageSize: SettingValue {}
extension NamedExplorer: SettingValue {}

extension Int: SettingValue {
  package static var parsing: SingleValueParsingStrategy { .unconditional }
}

extension UInt64: SettingValue {
  package static var parsing: SingleValueParsingStrategy { .unconditional }
}

extension Double: SettingValue {
  package static var parsing: SingleValueParsingStrategy { .unconditional }

  /// The shortest text that gives the same number, without the `.0` of a whole one.
  package var argument: String {
    let text = "\(self)"
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }
}

extension Concurrency: SettingValue {
  package static var parsing: SingleValueParsingStrategy { .unconditional }

  /// A comparison takes numbers alone.
  package init?(option: Any) {
    guard let value = option as? Concurrency ?? (option as? Int).map(Concurrency.trials) else { return nil }
    self = value
  }
}

/// Policies, between which commas stand on the command line.
extension [String]: SettingValue {
  package init?(option: Any) {
    guard let list = option as? String else { return nil }
    self = PlayedPolicy.words(in: list)
  }

  package var argument: String { joined(separator: ",") }
}
