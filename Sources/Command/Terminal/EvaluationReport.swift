import Text
import Training

/// The result of an evaluation as it is printed.
struct EvaluationReport {
  private let evaluation: ClassEvaluation
  private let split: String

  /// More classes than these are not all printed.
  private static let mostRows = 20
  /// So many are, then: those with the lowest accuracy.
  private static let lowestRows = 10
  private static let widestName = 40

  /// The result on a split.
  init(_ evaluation: ClassEvaluation, split: String) {
    self.evaluation = evaluation
    self.split = split
  }

  /// The result for programs.
  struct JSON: Encodable {
    let accuracy: Double
    let loss: Double
    let images: Int
    let split: String
    let classes: [ClassRow]
  }

  /// One class of the result for programs; without an accuracy where there are no images.
  struct ClassRow: Encodable {
    let name: String
    let images: Int
    let correct: Int
    let accuracy: Double?
  }

  /// All classes, in their order.
  var json: JSON {
    let overall = evaluation.overall
    return JSON(
      accuracy: overall.accuracy, loss: overall.loss, images: overall.images, split: split, classes: rows)
  }

  private var rows: [ClassRow] {
    let matrix = evaluation.confusion
    return matrix.classNames.enumerated().map { label, name in
      ClassRow(
        name: name, images: matrix.images(ofClass: label), correct: matrix.correct(inClass: label),
        accuracy: matrix.accuracy(ofClass: label))
    }
  }

  /// The lines for people.
  var lines: [String] {
    let overall = evaluation.overall
    return [
      "accuracy \(percent(overall.accuracy))", "loss     \(decimal(overall.loss, 4))",
      "images   \(overall.images) (\(split))", "classes  \(shortList(evaluation.confusion.classNames))", "",
    ] + table
  }

  private var table: [String] {
    let rows = rows
    guard rows.count > Self.mostRows else { return Self.table(rows, heading: "class") }
    let lowest = rows.enumerated().filter { $1.accuracy != nil }
      .sorted { ($0.element.accuracy ?? 1, $0.offset) < ($1.element.accuracy ?? 1, $1.offset) }
      .prefix(Self.lowestRows).map(\.element)
    return Self.table(Array(lowest), heading: "lowest of \(rows.count)")
      + ["--json has all classes, --csv and --plot which was taken for which"]
  }

  private static func table(_ rows: [ClassRow], heading: String) -> [String] {
    let names = [heading] + rows.map { cut(printable($0.name), widestName) }
    let counts = ["images"] + rows.map { String($0.images) }
    let shares = ["accuracy"] + rows.map { $0.accuracy.map(percent) ?? "no images" }
    let width = names.map(\.count).max() ?? 0
    return zip(names, zip(counts, shares)).map { name, numbers in
      padded(name, width) + "  " + right(numbers.0, 8) + "  " + right(numbers.1, 9)
    }
  }

  private static func right(_ text: String, _ width: Int) -> String {
    String(repeating: " ", count: max(0, width - text.count)) + text
  }
}
