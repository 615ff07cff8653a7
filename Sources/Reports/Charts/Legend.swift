/// What the marks of a chart mean, in one line.
struct Legend {
  /// How a mark looks.
  enum Mark {
    case line, dot, cross, box
  }

  /// Marks with their classes and names, from left to right.
  let entries: [(mark: Mark, style: String, name: String)]

  /// The line, with its middle at `y`.
  func elements(x: Double, y: Double, size: Double = 12) -> [SVGElement] {
    var left = x
    return entries.flatMap { entry -> [SVGElement] in
      let middle = Point(left + 11, y)
      let mark: SVGElement =
        switch entry.mark {
        case .line: .path([Point(left, y), Point(left + 22, y)], class: "curve \(entry.style)")
        case .dot: .circle(middle, radius: 3.5, class: entry.style)
        case .cross: .cross(middle, radius: 3.5, class: entry.style)
        case .box:
          .rectangle(Frame(x: left + 4, y: y - 6, width: 14, height: 12), class: entry.style, radius: 2)
        }
      defer { left += 22 + 8 + textWidth(entry.name, size: size) + 14 }
      return [mark, .text(entry.name, at: Point(left + 30, y + size * 0.36), size: size)]
    }
  }
}
