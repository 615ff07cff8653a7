import Text

/// A figure of an evaluation: how many images of each class were taken for each class.
///
/// A row for each true class, a column for each predicted one. A field is the darker, the larger its share of the row;
/// what was right stands on the diagonal. Beside each row is its accuracy.
public struct ConfusionFigure: Sendable {
  private let classNames: [String]
  /// For each true class the counts by predicted class; what is missing is 0.
  private let rows: [[Int: Int]]

  /// More classes than these have no room for their names in one picture.
  public static let mostClasses = 200
  /// So many classes have their counts written into the fields.
  private static let mostCounted = 24

  /// The figure of a confusion matrix.
  ///
  /// - Parameters:
  ///   - classNames: the names, of at most ``mostClasses`` classes.
  ///   - rows: for each true class the counts by the number of the predicted class.
  public init(classNames: [String], rows: [[Int: Int]]) {
    precondition(classNames.count == rows.count, "\(rows.count) rows of \(classNames.count) classes")
    self.classNames = classNames
    self.rows = rows
  }

  private static let top = 64.0
  private static let nameSize = 12.0
  private static let widestName = 180.0

  private var hasCounts: Bool { rows.count <= Self.mostCounted }
  private var field: Double { hasCounts ? 34 : 14 }
  private var textSize: Double { hasCounts ? Self.nameSize : 10 }
  private var nameWidth: Double {
    min(Self.widestName, classNames.map { textWidth($0, size: textSize) }.max() ?? 0)
  }
  private var frame: Frame {
    let side = field * Double(rows.count)
    // The heading of the columns stands above their names.
    return Frame(x: nameWidth + 58, y: Self.top + nameWidth + 26, width: side, height: side)
  }

  /// The drawing.
  public var drawing: Drawing {
    Drawing(
      width: max(frame.right + 28 + accuracyWidth, 420), height: frame.bottom + 24, title: "Confusion matrix",
      description: description,
      elements: heading + fields + outline + rowNames + columnNames + accuracies)
  }

  private func images(_ row: Int) -> Int { rows[row].values.reduce(0, +) }

  private func name(_ index: Int) -> String { fitted(classNames[index], size: textSize, width: nameWidth) }

  private var heading: [SVGElement] {
    [
      .text("Confusion matrix", at: Point(16, 26), size: 15, class: "ink strong"),
      .text(summary, at: Point(16, 46), size: Self.nameSize, class: "faint"),
      .text("predicted class", at: Point(frame.x, Self.top + 12), size: Self.nameSize, class: "faint"),
      rotated(
        .text(
          "true class", at: Point(20, frame.y + frame.height / 2), size: Self.nameSize, class: "faint",
          anchor: .middle), at: Point(20, frame.y + frame.height / 2)),
    ]
  }

  private var fields: [SVGElement] {
    rows.indices.flatMap { row -> [SVGElement] in
      let images = images(row)
      return rows[row].sorted { $0.key < $1.key }.filter { $0.value > 0 }.flatMap { column, count in
        let share = Double(count) / Double(images)
        let place = Frame(
          x: frame.x + Double(column) * field, y: frame.y + Double(row) * field, width: field, height: field)
        let square = SVGElement.rectangle(place, class: row == column ? "accent" : "second")
          .with("fill-opacity", svgNumber(max(share, 0.02)))
        guard hasCounts else { return [square] }
        return [
          square,
          .text(
            short(count), at: Point(place.x + field / 2, place.y + field / 2 + 4), size: 11,
            class: share > 0.6 ? "paper" : "ink", anchor: .middle),
        ]
      }
    }
  }

  /// A count that fits into a field.
  private func short(_ count: Int) -> String {
    switch count {
    case ..<10_000: "\(count)"
    case ..<10_000_000: "\(count / 1000)k"
    default: "\(count / 1_000_000)M"
    }
  }

  private var outline: [SVGElement] {
    let lines = (0...rows.count).flatMap { index -> [SVGElement] in
      let (x, y) = (frame.x + Double(index) * field, frame.y + Double(index) * field)
      return [
        .line(Point(x, frame.y), Point(x, frame.bottom), class: "grid"),
        .line(Point(frame.x, y), Point(frame.right, y), class: "grid"),
      ]
    }
    return [.group(lines)]
  }

  private var rowNames: [SVGElement] {
    rows.indices.map { row in
      .text(
        name(row), at: Point(frame.x - 8, middle(frame.y, row)), size: textSize, anchor: .end)
    }
  }

  private var columnNames: [SVGElement] {
    rows.indices.map { column in
      let place = Point(middle(frame.x, column), frame.y - 8)
      return rotated(.text(name(column), at: place, size: textSize), at: place)
    }
  }

  /// Where the baseline of a row's or column's text lies.
  private func middle(_ start: Double, _ index: Int) -> Double {
    start + (Double(index) + 0.5) * field + textSize * 0.36
  }

  private var accuracies: [SVGElement] {
    [
      .text(
        "accuracy", at: Point(frame.right + 12, frame.y - 8), size: textSize, class: "faint")
    ]
      + rows.indices.map { row in
        .text(accuracy(row), at: Point(frame.right + 12, middle(frame.y, row)), size: textSize)
      }
  }

  private func accuracy(_ row: Int) -> String {
    let images = images(row)
    guard images > 0 else { return "no images" }
    return "\(percent(Double(rows[row][row] ?? 0) / Double(images))) of \(images)"
  }

  private var accuracyWidth: Double {
    rows.indices.map { textWidth(accuracy($0), size: textSize) }.max() ?? 0
  }

  /// A text that runs upwards from its place.
  private func rotated(_ text: SVGElement, at place: Point) -> SVGElement {
    text.with("transform", "rotate(-90 \(svgNumber(place.x)) \(svgNumber(place.y)))")
  }

  private var summary: String {
    let images = rows.indices.reduce(0) { $0 + self.images($1) }
    let correct = rows.indices.reduce(0) { $0 + (rows[$1][$1] ?? 0) }
    let share = images > 0 ? ", accuracy \(percent(Double(correct) / Double(images)))" : ""
    return "\(counted(images, "image"))\(share)"
  }

  /// The whole in words: its sum, and what was mistaken most often.
  private var description: String {
    let mistakes = rows.indices.flatMap { row in
      rows[row].filter { $0.key != row && $0.value > 0 }.map { (row: row, column: $0.key, count: $0.value) }
    }.sorted { ($1.count, $0.row, $0.column) < ($0.count, $1.row, $1.column) }
    let most = mistakes.prefix(5).map {
      "\(classNames[$0.row]) taken for \(classNames[$0.column]): \($0.count)."
    }
    return ([summary + "."] + most).joined(separator: " ")
  }
}
