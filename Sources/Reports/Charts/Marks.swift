extension SVGElement {
  /// A small cross, for what failed.
  public static func cross(_ center: Point, radius: Double, class style: String) -> SVGElement {
    .group(
      [-1, 1].map { slope in
        .path(
          [
            Point(center.x - radius, center.y - slope * radius),
            Point(center.x + radius, center.y + slope * radius),
          ], class: "curve \(style)")
      }, class: "cross")
  }

  /// A horizontal interval with ends, and a dot on the number it is about.
  public static func interval(
    from low: Double, to high: Double, dot: Double, y: Double, class style: String
  ) -> [SVGElement] {
    let end = 5.0
    let corners = [
      Point(low, y - end), Point(low, y + end), Point(low, y), Point(high, y), Point(high, y - end),
      Point(high, y + end),
    ]
    return [
      .path(corners, class: "curve \(style)"),
      .circle(Point(dot, y), radius: 4.5, class: style),
    ]
  }
}
