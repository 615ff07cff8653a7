import Policies

/// A small chart for each operation: the probability and below it the magnitude of each of its entries.
struct OperationPanels {
  let courses: [OperationCourse]
  /// In epochs.
  let length: Double

  static let columns = 5
  private static let cellWidth = 214.0
  private static let cellHeight = 176.0
  private static let left = 40.0
  private static let plotWidth = 176.0
  private static let plotHeight = 52.0
  private static let head = 64.0

  /// The look of an operation's entries; a fifth and those after it look like the fourth.
  private static let styles = ["accent", "second dashed", "dotted", "dim"]

  var height: Double {
    let rows = (courses.count + Self.columns - 1) / Self.columns
    return Self.head + Double(rows) * Self.cellHeight + 8
  }

  /// Heading, key and charts, `y` pixels from the top.
  func elements(y: Double) -> [SVGElement] {
    key(y)
      + courses.enumerated().flatMap { index, course in
        let (row, column) = (index / Self.columns, index % Self.columns)
        return cell(
          course, x: Self.left + Double(column) * Self.cellWidth,
          y: y + Self.head + Double(row) * Self.cellHeight)
      }
  }

  private func cell(_ course: OperationCourse, x: Double, y: Double) -> [SVGElement] {
    let upper = Axes(
      in: Frame(x: x, y: y + 16, width: Self.plotWidth, height: Self.plotHeight), x: 0...length, y: 0...1)
    let lower = Axes(
      in: Frame(x: x, y: y + 28 + Self.plotHeight, width: Self.plotWidth, height: Self.plotHeight),
      x: 0...length, y: 0...Double(max(course.highest, 1)))
    let swatch = Frame(x: x, y: y - 5, width: 12, height: 12)
    let lines = course.copies.enumerated().map { index, copy -> [SVGElement] in
      let style = Self.styles[min(index, Self.styles.count - 1)]
      return [
        .steps(copy.probability, in: upper, class: style), .steps(copy.magnitude, in: lower, class: style),
      ]
    }
    return [
      .rectangle(swatch, class: OperationColors.style(of: course.operation), radius: 2),
      .text(course.operation.name, at: Point(x + 18, y + 5), size: 12, class: "ink strong"),
    ]
      + upper.elements(xTicks: 0, yTicks: 1, size: 10)
      + Self.magnitudeAxis(lower)
      // The second entry lies on the first, so that its gaps show it where both are the same.
      + [.group(lines.flatMap { $0 }, class: "courses")]
  }

  private static func magnitudeAxis(_ axes: Axes) -> [SVGElement] {
    let top = axes.y.domain.upperBound
    return axes.elements(xTicks: 4, yTicks: 0, size: 10)
      + [0, top].flatMap { value -> [SVGElement] in
        let place = axes.point(0, value)
        return [
          .line(place, Point(axes.frame.right, place.y), class: "grid"),
          .text(
            tickText(value), at: Point(place.x - 6, place.y + 3.6), size: 10, class: "faint", anchor: .end),
        ]
      }
  }

  private func key(_ y: Double) -> [SVGElement] {
    var x = Self.left
    let highest = Set(courses.map(\.highest))
    let range = highest.count == 1 ? ", 0 to \(highest.first ?? 0)" : ", each on its own scale"
    var elements: [SVGElement] = [
      .text(
        "Each operation: probability (above, 0 to 1) and magnitude (below\(range)) over epochs",
        at: Point(x, y + 14), size: 13, class: "ink strong")
    ]
    let count = courses.map(\.copies.count).max() ?? 0
    for index in 0..<min(count, Self.styles.count) {
      let name = index == 3 && count > 4 ? "the others" : "entry \(index + 1)"
      elements += [
        .path([Point(x, y + 34), Point(x + 28, y + 34)], class: "curve \(Self.styles[index])"),
        .text(name, at: Point(x + 34, y + 38), size: 12),
      ]
      x += 110
    }
    return elements
  }
}
