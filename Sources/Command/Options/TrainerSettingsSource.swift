import ArgumentParser
import Files
import Foundation
import Policies
import Spaces
import Text
import Workers

/// Where a trainer's own settings come from: a YAML or JSON file, or a JSON object as it is.
package struct TrainerSettingsSource: RawRepresentable, Hashable, Sendable {
  /// The path of a file, or the text of an object.
  package let rawValue: String

  /// Takes it as it was typed.
  package init(rawValue: String) { self.rawValue = rawValue }

  /// Settings that are known.
  init(_ settings: TrainerSettings) { rawValue = settings.description }

  /// The most bytes of the settings: a worker gets them in one line, with all else that it needs to know.
  private static let most = 64 << 10

  private var isObject: Bool { rawValue.drop(while: \.isWhitespace).hasPrefix("{") }

  /// The settings; throws ``SettingsError`` where they are none.
  func settings() throws -> TrainerSettings {
    guard isObject else { return try Self.read(HomeFolder().expanding(rawValue)) }
    guard rawValue.utf8.count <= Self.most else {
      throw SettingsError(
        "\(setting: "trainerConfig"): found \(rawValue.utf8.count) bytes, expected at most \(Self.most); keep large values in a file that"
          + " the trainer reads")
    }
    do {
      guard case .object(let values) = try JSONValue(parsing: rawValue.utf8, as: .json) else {
        throw SettingsError("\(setting: "trainerConfig"): found no JSON object, expected one")
      }
      return TrainerSettings(values)
    } catch let error as PolicyError {
      throw SettingsError(
        "\(setting: "trainerConfig"): \(error.place): found \(error.found), expected \(error.expected)")
    }
  }

  private static func read(_ path: String) throws -> TrainerSettings {
    guard let text = String(bytes: try readBytes(path, limit: Self.most), encoding: .utf8) else {
      throw SettingsError(
        "\(path): the file is not text; give \(setting: "trainerConfig") a YAML or JSON file")
    }
    let value: JSONValue?
    do {
      value = try JSONValue(yaml: text, from: path)
    } catch {
      throw SettingsError(error.text)
    }
    guard let value else { return TrainerSettings() }
    guard case .object(let values) = value else {
      throw SettingsError(
        "\(path): found no 'key: value' lines, expected settings such as 'learning_rate: 0.1'")
    }
    return TrainerSettings(values)
  }
}

extension TrainerSettingsSource: SettingValue, ExpressibleByArgument {
  package static var expected: String { "the path of a file, or a JSON object" }
}
