/// A number that is constant over each segment.
public struct StepSeries: Hashable, Sendable {
  /// Where the stretches begin and the last one ends; ascending, one more than there are values.
  public let bounds: [Double]
  /// The number during each stretch.
  public let values: [Double]

  /// A series of as many values as there are stretches between bounds.
  public init(bounds: [Double], values: [Double]) {
    precondition(bounds.count == values.count + 1, "found \(bounds.count) bounds, \(values.count) values")
    self.bounds = bounds
    self.values = values
  }

  /// The corners of its line from left to right.
  public func corners(_ axes: Axes) -> [Point] {
    values.indices.flatMap { index in
      [axes.point(bounds[index], values[index]), axes.point(bounds[index + 1], values[index])]
    }
  }
}

extension SVGElement {
  /// The line of a series.
  public static func steps(_ series: StepSeries, in axes: Axes, class style: String) -> SVGElement {
    .path(series.corners(axes), class: "curve \(style)")
  }

  /// The area between two series with the same bounds.
  public static func area(
    from lower: StepSeries, to upper: StepSeries, in axes: Axes, class style: String
  ) -> SVGElement {
    .path(upper.corners(axes) + lower.corners(axes).reversed(), class: "area \(style)", isClosed: true)
  }
}
