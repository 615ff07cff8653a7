import Foundation
import GRDB

/// Numbers by name as one JSON object, as the journal keeps them.
enum FigureText {
  /// The text, its names in order; nil for none.
  ///
  /// Throws where a number is not finite.
  static func text(of figures: [String: Double]) throws -> String? {
    guard !figures.isEmpty else { return nil }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(figures), as: UTF8.self)
  }

  /// The numbers of a text; throws `DecodingError` where it holds something else.
  static func figures(in text: String) throws -> [String: Double] {
    try JSONDecoder().decode([String: Double].self, from: Data(text.utf8))
  }
}

extension Row {
  /// The numbers in a column; none where it is empty, or not there in a journal of an older version.
  func figures(_ column: String) throws -> [String: Double] {
    guard let text: String = try checkedIfPresent(column) else { return [:] }
    return try FigureText.figures(in: text)
  }
}
