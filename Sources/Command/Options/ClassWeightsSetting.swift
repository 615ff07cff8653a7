import ArgumentParser
import Files
import Foundation
import Spaces
import Text
import Training
import Yams

/// What a flag or a configuration file says of the weights of classes.
package enum ClassWeightsSetting: Codable, ExpressibleByArgument, SettingValue {
  case given(ClassWeights)
  /// A YAML or JSON file, which is read when the settings are put together.
  case file(String)

  fileprivate static let balancedWord = "balanced"

  package static var expected: String { "\(balancedWord), a number for each class, or a file" }

  /// `balanced`, numbers with commas between them, or a file; spaces around a number do not count.
  package init(argument: String) {
    let parts = Self.parts(of: argument)
    let numbers = parts.filter(\.isWeight).compactMap(Double.init)
    if argument == Self.balancedWord {
      self = .given(.balanced)
    } else if numbers.count == parts.count {
      self = .given(.inOrder(numbers))
    } else {
      self = .file(argument)
    }
  }

  private static func parts(of list: String) -> [String] {
    list.split(separator: ",", omittingEmptySubsequences: false).map {
      $0.trimmingCharacters(in: .whitespaces)
    }
  }

  /// What is wrong with an argument that is no file; nil for the name of a file that is missing.
  private static func mistake(in argument: String) -> SettingsError? {
    let parts = parts(of: argument)
    let found = parts.count > 1 ? parts.first { !$0.isWeight } ?? argument : argument
    let isName = argument.contains("/") || [".yaml", ".yml", ".json"].contains { argument.hasSuffix($0) }
    guard parts.count > 1 || !isName else { return nil }
    let hint = argument.lowercased() == balancedWord ? "; did you mean \(balancedWord)?" : ""
    return SettingsError(
      "\(setting: "classWeights"): found '\(excerpt(found))', expected \(balancedWord), decimal numbers without leading zeros with commas"
        + " between them, or a YAML or JSON file that is there\(hint)")
  }

  package init(from decoder: any Decoder) throws {
    let value = try decoder.singleValueContainer()
    if let weights = try? value.decode(ClassWeights.self) {
      self = .given(weights)
    } else {
      self.init(argument: try value.decode(String.self))
    }
  }

  package func encode(to encoder: any Encoder) throws {
    var value = encoder.singleValueContainer()
    switch self {
    case .given(let weights): try value.encode(weights)
    case .file(let path): try value.encode(path)
    }
  }

  package static var parsing: SingleValueParsingStrategy { .unconditional }

  package var argument: String {
    switch self {
    case .file(let path): path
    case .given(let weights): weights.argument
    }
  }

  /// The weights; those of a file are read.
  func weights() throws -> ClassWeights {
    switch self {
    case .given(let weights): return weights
    case .file(let argument):
      if !FileManager.default.fileExists(atPath: argument), let mistake = Self.mistake(in: argument) {
        throw mistake
      }
      return try Self.read(argument)
    }
  }

  private static func read(_ path: String) throws -> ClassWeights {
    func mistake(_ found: String) -> SettingsError {
      SettingsError(
        "\(printable(path)): found \(found), expected a decimal number above 0 for each class, without leading zeros:"
          + " 'class: number' lines, or a list",
        isUsageMistake: false)
    }
    guard let text = String(bytes: try readBytes(path, limit: 1 << 20), encoding: .utf8) else {
      throw mistake("bytes that are no text")
    }
    func plainNumber(_ node: Node) -> Double? {
      node.scalar.flatMap { $0.string.isPlainNumber ? Double($0.string) : nil }
    }
    let node: Node?
    do {
      node = try Yams.compose(yaml: text)
    } catch let error as YamlError {
      throw mistake("no YAML (\(error.words))")
    }
    let weights: ClassWeights
    switch node {
    case .mapping(let lines):
      var byName: [String: Double] = [:]
      for (key, value) in lines {
        guard let name = key.string, let number = plainNumber(value) else {
          throw mistake(
            "'\(excerpt(value.string ?? "a list"))' for the class '\(excerpt(key.string ?? "a list"))'")
        }
        byName[name] = number
      }
      weights = .byName(byName)
    case .sequence(let items):
      weights = .inOrder(
        try items.map { item in
          guard let number = plainNumber(item) else {
            throw mistake("'\(excerpt(item.string ?? "a list"))' in the list")
          }
          return number
        })
    case nil: throw mistake("an empty file")
    case .some(let other): throw mistake("'\(excerpt(other.string ?? "an alias"))'")
    }
    let named = ClassWeights.ofFile(printable(path), weights)
    try named.validate()
    return named
  }
}

extension ClassWeights {
  /// The text that gives them on the command line; by name they come from a file alone, as which this reads too.
  fileprivate var argument: String {
    switch self {
    case .balanced: ClassWeightsSetting.balancedWord
    case .inOrder(let numbers): numbers.map(\.argument).joined(separator: ",")
    case .byName(let numbers): JSONValue.object(numbers.mapValues { .number($0) }).text
    case .ofFile(_, let weights): weights.argument
    }
  }
}

extension String {
  /// Whether it is a decimal number; also one that is no weight for its value, so that the error is about that.
  fileprivate var isWeight: Bool {
    isPlainNumber || ["inf", "infinity", "nan"].contains(lowercased().drop { "+-".contains($0) })
  }
}
