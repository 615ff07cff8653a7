import Foundation

/// The frame of a chart: where it stands, its two scales, and what is drawn of them.
public struct Axes: Sendable {
  /// The rectangle between the axes.
  public let frame: Frame
  /// The scale of the horizontal axis, which grows to the right.
  public let x: LinearScale
  /// The scale of the vertical axis, which grows upwards.
  public let y: LinearScale

  /// Axes in a frame; `x` grows to the right, `y` upwards.
  public init(in frame: Frame, x: ClosedRange<Double>, y: ClosedRange<Double>) {
    self.frame = frame
    self.x = LinearScale(x, from: frame.x, to: frame.right)
    self.y = LinearScale(y, from: frame.bottom, to: frame.y)
  }

  /// The place of a pair of numbers.
  public func point(_ x: Double, _ y: Double) -> Point { Point(self.x(x), self.y(y)) }

  /// Grid, lines and numbers.
  ///
  /// - Parameters:
  ///   - xTicks: about how many numbers along the bottom; 0 for none.
  ///   - yTicks: about how many numbers along the left side; 0 for none.
  ///   - xName: what the bottom counts, written at its right end.
  ///   - size: of the numbers, in pixels.
  ///   - yText: how a number at the left is written.
  /// - Returns: the elements, the grid first, so that data is painted over it.
  public func elements(
    xTicks: Int = 5, yTicks: Int = 5, xName: String? = nil, size: Double = 11,
    yText: (Double) -> String = tickText
  ) -> [SVGElement] {
    var grid: [SVGElement] = []
    var texts: [SVGElement] = []
    for value in yTicks > 0 ? y.ticks(yTicks) : [] {
      let place = y(value)
      grid.append(.line(Point(frame.x, place), Point(frame.right, place), class: "grid"))
      texts.append(
        .text(
          yText(value), at: Point(frame.x - 6, place + size * 0.36), size: size, class: "faint", anchor: .end)
      )
    }
    for value in xTicks > 0 ? x.ticks(xTicks) : [] {
      let place = x(value)
      grid.append(
        .line(Point(place, frame.bottom), Point(place, frame.bottom + 4), class: "axis"))
      texts.append(
        .text(
          tickText(value), at: Point(place, frame.bottom + 5 + size), size: size, class: "faint",
          anchor: .middle))
    }
    grid.append(.line(Point(frame.x, frame.bottom), Point(frame.right, frame.bottom), class: "axis"))
    if let xName {
      texts.append(
        .text(
          xName, at: Point(frame.right, frame.bottom + 8 + 2 * size), size: size, class: "faint", anchor: .end
        ))
    }
    return grid + texts
  }
}

/// A number beside an axis, as short as it can be.
public func tickText(_ value: Double) -> String {
  let rounded = (value * 1e6).rounded() / 1e6
  return rounded == rounded.rounded() && abs(rounded) < 1e15 ? String(Int(rounded)) : "\(rounded)"
}
