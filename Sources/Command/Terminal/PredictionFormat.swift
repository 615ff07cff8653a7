import Foundation
import Text

/// A class and its probability, as predictions are printed.
struct PredictedClass: Encodable {
  let name: String
  let probability: Double
}

/// How predictions are written: lines for the beginning, for each image and for the end.
protocol PredictionFormat {
  /// The lines before the first image.
  var head: [String] { get }
  /// The lines of an image; its classes come with the highest probability first.
  mutating func lines(_ path: String, _ classes: [PredictedClass]) throws -> [String]
  /// The lines after the last image.
  func tail(unreadable: [UnreadablePath]) throws -> [String]
}

extension PredictionFormat {
  var head: [String] { [] }

  func tail(unreadable: [UnreadablePath]) -> [String] { [] }
}

/// A file that could not be read, and why.
struct UnreadablePath: Encodable {
  let path: String
  let reason: String
}

/// A table for people: the best class with its probability, then the others.
struct PredictionTable: PredictionFormat {
  private let pathWidth: Int
  private let classWidth: Int

  /// Wider names move the columns of their own line alone.
  private static let widest = 60

  init(paths: some Sequence<String>, classNames: [String]) {
    pathWidth = Self.width(paths)
    classWidth = Self.width(classNames)
  }

  private static func width(_ names: some Sequence<String>) -> Int {
    names.lazy.map { printable($0).count }.filter { $0 <= widest }.max() ?? 0
  }

  func lines(_ path: String, _ classes: [PredictedClass]) -> [String] {
    guard let best = classes.first else { return [] }
    let share = percent(best.probability)
    let others = classes.dropFirst().map { "\($0.name) \(percent($0.probability))" }
    let line =
      padded(path, pathWidth) + "  " + padded(best.name, classWidth) + "  "
      + String(repeating: " ", count: max(0, 8 - share.count)) + share
    return [others.isEmpty ? line : line + "   " + others.joined(separator: ", ")]
  }
}

/// Comma-separated values: a line for each image, a pair of columns for each class that is named.
struct PredictionCSV: PredictionFormat {
  let count: Int

  var head: [String] {
    let others = (1...count).dropFirst().flatMap { ["class_\($0)", "probability_\($0)"] }
    return [(["path", "class", "probability"] + others).joined(separator: ",")]
  }

  func lines(_ path: String, _ classes: [PredictedClass]) -> [String] {
    [
      ([csvField(path)] + classes.flatMap { [csvField($0.name), "\($0.probability)"] }).joined(separator: ",")
    ]
  }
}

/// One JSON object, written as the images come.
struct PredictionJSON: PredictionFormat {
  let checkpoint: String
  private var isFirst = true
  private let encoder: JSONEncoder

  init(checkpoint: String) {
    self.checkpoint = checkpoint
    encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
  }

  private struct Image: Encodable {
    let path: String
    let classes: [PredictedClass]
  }

  var head: [String] {
    // A text always has a JSON form.
    ["{", "  \"checkpoint\" : \((try? text(checkpoint)) ?? "null"),", "  \"images\" : ["]
  }

  mutating func lines(_ path: String, _ classes: [PredictedClass]) throws -> [String] {
    defer { isFirst = false }
    return ["    \(isFirst ? "" : ", ")\(try text(Image(path: path, classes: classes)))"]
  }

  func tail(unreadable: [UnreadablePath]) throws -> [String] {
    let rows = try unreadable.enumerated().map { "    \($0 == 0 ? "" : ", ")\(try text($1))" }
    return ["  ],", "  \"unreadable\" : ["] + rows + ["  ]", "}"]
  }

  private func text(_ value: some Encodable) throws -> String {
    String(decoding: try encoder.encode(value), as: UTF8.self)
  }
}
