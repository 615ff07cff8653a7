import Foundation
import Text

/// A place in a drawing: pixels to the right of and below its upper left corner.
public struct Point: Hashable, Sendable {
  /// Pixels from the left edge.
  public var x: Double
  /// Pixels from the upper edge.
  public var y: Double

  /// A place by its coordinates.
  public init(_ x: Double, _ y: Double) {
    self.x = x
    self.y = y
  }
}

/// An upright rectangle of a drawing, in pixels.
public struct Frame: Hashable, Sendable {
  /// Pixels from the left edge of the drawing.
  public var x: Double
  /// Pixels from the upper edge of the drawing.
  public var y: Double
  /// The width in pixels.
  public var width: Double
  /// The height in pixels.
  public var height: Double

  /// A rectangle by its upper left corner and its size.
  public init(x: Double, y: Double, width: Double, height: Double) {
    self.x = x
    self.y = y
    self.width = width
    self.height = height
  }

  /// The right edge.
  public var right: Double { x + width }
  /// The lower edge.
  public var bottom: Double { y + height }
}

/// Where a text stands relative to its place.
public enum TextAnchor: String, Sendable {
  case start, middle, end
}

/// A number as an attribute has it: at most two decimals, without trailing zeros.
public func svgNumber(_ value: Double) -> String {
  guard value.isFinite else { return "0" }
  let hundredths = (value * 100).rounded()
  guard abs(hundredths) < 1e15 else { return decimal(value, 0) }
  let whole = Int64(hundredths)
  if whole % 100 == 0 { return String(whole / 100) }
  return decimal(value == 0 ? 0 : hundredths / 100, whole % 10 == 0 ? 1 : 2)
}

extension SVGElement {
  /// A rectangle; its look is that of the class.
  public static func rectangle(_ frame: Frame, class style: String, radius: Double = 0) -> SVGElement {
    let element = SVGElement(
      "rect",
      [
        ("class", style), ("x", svgNumber(frame.x)), ("y", svgNumber(frame.y)),
        ("width", svgNumber(max(frame.width, 0))), ("height", svgNumber(max(frame.height, 0))),
      ])
    return radius > 0 ? element.with("rx", svgNumber(radius)) : element
  }

  /// A straight line.
  public static func line(_ from: Point, _ to: Point, class style: String) -> SVGElement {
    SVGElement(
      "line",
      [
        ("class", style), ("x1", svgNumber(from.x)), ("y1", svgNumber(from.y)), ("x2", svgNumber(to.x)),
        ("y2", svgNumber(to.y)),
      ])
  }

  /// A full circle.
  public static func circle(_ center: Point, radius: Double, class style: String) -> SVGElement {
    SVGElement(
      "circle",
      [
        ("class", style), ("cx", svgNumber(center.x)), ("cy", svgNumber(center.y)), ("r", svgNumber(radius)),
      ])
  }

  /// A line through points, or the outline of an area where it is closed.
  public static func path(_ points: [Point], class style: String, isClosed: Bool = false) -> SVGElement {
    let steps = points.enumerated().map { index, point in
      (index == 0 ? "M" : "L") + svgNumber(point.x) + " " + svgNumber(point.y)
    }
    return SVGElement("path", [("class", style), ("d", steps.joined() + (isClosed ? "Z" : ""))])
  }

  /// Several lines through points as one element, or the outlines of several areas; many cost little so.
  ///
  /// Nil where there is none: an element without a place is no mark.
  public static func paths(_ lines: [[Point]], class style: String, isClosed: Bool = false) -> SVGElement? {
    guard !lines.isEmpty else { return nil }
    let steps = lines.map { points in
      points.enumerated().map { index, point in
        (index == 0 ? "M" : "L") + svgNumber(point.x) + " " + svgNumber(point.y)
      }.joined() + (isClosed ? "Z" : "")
    }
    return SVGElement("path", [("class", style), ("d", steps.joined())])
  }

  /// A line of text; `at` is on its baseline.
  public static func text(
    _ words: String, at place: Point, size: Double, class style: String = "ink", anchor: TextAnchor = .start
  ) -> SVGElement {
    SVGElement(
      "text",
      [
        ("class", style), ("x", svgNumber(place.x)), ("y", svgNumber(place.y)),
        ("font-size", svgNumber(size)),
      ] + (anchor == .start ? [] : [("text-anchor", anchor.rawValue)]), text: words)
  }

  /// Elements that belong together.
  public static func group(_ content: [SVGElement], class style: String? = nil) -> SVGElement {
    SVGElement("g", style.map { [("class", $0)] } ?? [], content: content)
  }

  /// A PNG file as a part of the drawing, its pixels as sharp squares.
  public static func image(png: Data, in frame: Frame, label: String) -> SVGElement {
    SVGElement(
      "image",
      [
        ("x", svgNumber(frame.x)), ("y", svgNumber(frame.y)), ("width", svgNumber(frame.width)),
        ("height", svgNumber(frame.height)), ("style", "image-rendering:pixelated"),
        ("preserveAspectRatio", "none"), ("aria-label", label),
        ("href", "data:image/png;base64," + png.base64EncodedString()),
      ])
  }
}
