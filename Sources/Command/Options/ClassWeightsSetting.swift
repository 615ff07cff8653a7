import Text
import ArgumentParser
import Files
import Foundation
import Training
import Yams

/// What a flag or a configuration file says of the weights of classes.
enum ClassWeightsSetting: Codable, ExpressibleByArgument {
  case given(ClassWeights)
  /// A YAML or JSON file, which is read when the settings are put together.
  case file(String)

  private static let balancedWord = "balanced"

  /// `balanced`, numbers with commas between them, or a file.
  init(argument: String) {
    let parts = argument.split(separator: ",", omittingEmptySubsequences: false).map { Double($0) }
    let numbers = parts.compactMap { $0 }
    if argument == Self.balancedWord {
      self = .given(.balanced)
    } else if numbers.count == parts.count {
      self = .given(.inOrder(numbers))
    } else {
      self = .file(argument)
    }
  }

  init(from decoder: any Decoder) throws {
    let value = try decoder.singleValueContainer()
    if let weights = try? value.decode(ClassWeights.self) {
      self = .given(weights)
    } else {
      self.init(argument: try value.decode(String.self))
    }
  }

  func encode(to encoder: any Encoder) throws {
    var value = encoder.singleValueContainer()
    switch self {
    case .given(let weights): try value.encode(weights)
    case .file(let path): try value.encode(path)
    }
  }

  /// The weights; those of a file are read.
  func weights() throws -> ClassWeights {
    switch self {
    case .given(let weights): return weights
    case .file(let path): return try Self.read(path)
    }
  }

  private static func read(_ path: String) throws -> ClassWeights {
    func mistake(_ found: String) -> SettingsError {
      SettingsError(
        "\(printable(path)): found \(found), expected a decimal number for each class, without leading zeros:"
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
            "'\(printable(value.string ?? "a list"))' for the class '\(printable(key.string ?? "?"))'")
        }
        byName[name] = number
      }
      weights = .byName(byName)
    case .sequence(let items):
      weights = .inOrder(
        try items.map { item in
          guard let number = plainNumber(item) else {
            throw mistake("'\(printable(item.string ?? "a list"))' in the list")
          }
          return number
        })
    case nil: throw mistake("an empty file")
    case .some(let other): throw mistake("'\(printable(other.string ?? "an alias"))'")
    }
    let named = ClassWeights.ofFile(printable(path), weights)
    try named.validate()
    return named
  }
}
