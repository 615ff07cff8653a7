import RunStore
import Statistics

/// A figure of a comparison: each policy's mean accuracy with its interval, and its difference to the first policy.
public struct ComparisonChart: Sendable {
  let summary: ComparisonSummary

  private static let rowHeight = 34.0
  private static let top = 66.0
  private static let nameWidth = 210.0
  private static let plotWidth = 360.0
  private static let gap = 56.0

  /// The chart of a summary.
  public init(_ summary: ComparisonSummary) {
    self.summary = summary
  }

  /// The figure and its numbers; nil before the first result.
  public func figure() -> Figure? {
    let seeds = summary.rows.flatMap { $0.entries.compactMap(\.accuracy) }
    guard !seeds.isEmpty else { return nil }
    let height = Self.rowHeight * Double(summary.rows.count)
    let left = Frame(x: Self.nameWidth, y: Self.top, width: Self.plotWidth, height: height)
    let right = Frame(x: left.right + Self.gap, y: Self.top, width: Self.plotWidth, height: height)
    return Figure(
      caption:
        "Left: the mean over the seeds with its 95 % interval, and each training as a small dot. Right: the mean of the "
        + "differences to the first policy, of trainings with the same seed, with its interval; where that contains 0, the "
        + "two are not distinguishable.",
      drawing: Drawing(
        width: right.right + 24, height: left.bottom + 46, title: "Accuracy by policy",
        description: description, elements: names(left) + accuracies(left, seeds) + differences(right)),
      table: ComparisonWords(summary).table)
  }

  private func row(_ index: Int) -> Double { Self.top + (Double(index) + 0.5) * Self.rowHeight }

  private func names(_ frame: Frame) -> [SVGElement] {
    summary.rows.enumerated().map { index, row in
      .text(
        fittedEnd(row.policy, size: 13, width: Self.nameWidth - 36),
        at: Point(frame.x - 14, self.row(index) + 4.5), size: 13, anchor: .end)
    }
  }

  private func accuracies(_ frame: Frame, _ seeds: [Double]) -> [SVGElement] {
    let bounds = summary.rows.compactMap(\.accuracy).flatMap { interval in
      [interval.mean - (interval.margin ?? 0), interval.mean + (interval.margin ?? 0)]
    }
    let axes = Self.axes(frame, (seeds + bounds).map { min(max($0, 0), 1) }.map { $0 * 100 })
    return Self.background(
      axes, "\(summary.split == .test ? "Test" : "Validation") accuracy, %", summary.rows.count)
      + summary.rows.enumerated().flatMap { index, row -> [SVGElement] in
        let y = self.row(index)
        let dots = row.entries.compactMap(\.accuracy).map {
          SVGElement.circle(Point(axes.x($0 * 100), y + 9), radius: 2, class: "dim")
        }
        guard let interval = row.accuracy else { return dots }
        return dots + Self.mark(interval, axes, y, index == 0 ? "second" : "accent")
      }
  }

  private func differences(_ frame: Frame) -> [SVGElement] {
    let found = summary.rows.compactMap(\.difference)
    guard !found.isEmpty else { return [] }
    let bounds = found.flatMap { [$0.mean - ($0.margin ?? 0), $0.mean + ($0.margin ?? 0)] }
    let axes = Self.axes(frame, (bounds + [0]).map { $0 * 100 })
    let zero = axes.x(0)
    return Self.background(axes, "Difference to the first, points", summary.rows.count)
      + [.line(Point(zero, frame.y), Point(zero, frame.bottom), class: "axis")]
      + summary.rows.enumerated().flatMap { index, row in
        row.difference.map { Self.mark($0, axes, self.row(index), "accent") } ?? []
      }
  }

  private static func axes(_ frame: Frame, _ values: [Double]) -> Axes {
    let (low, high) = (values.min() ?? 0, values.max() ?? 1)
    let pad = max((high - low) * 0.08, 0.1)
    return Axes(in: frame, x: low - pad...high + pad, y: 0...1)
  }

  private static func background(_ axes: Axes, _ title: String, _ rows: Int) -> [SVGElement] {
    [.text(title, at: Point(axes.frame.x, 40), size: 13, class: "ink strong")]
      + (0..<rows).map { index in
        let y = axes.frame.y + (Double(index) + 0.5) * rowHeight
        return .line(Point(axes.frame.x, y), Point(axes.frame.right, y), class: "grid")
      } + axes.elements(xTicks: 6, yTicks: 0)
  }

  /// A mean with its interval, or the mean alone where one training has no interval.
  private static func mark(
    _ interval: MeanInterval, _ axes: Axes, _ y: Double, _ style: String
  ) -> [SVGElement] {
    let dot = axes.x(interval.mean * 100)
    guard let margin = interval.margin else { return [.circle(Point(dot, y), radius: 4.5, class: style)] }
    return SVGElement.interval(
      from: axes.x((interval.mean - margin) * 100), to: axes.x((interval.mean + margin) * 100), dot: dot,
      y: y, class: style)
  }

  private var description: String {
    summary.rows.map { "\($0.policy): \(ComparisonWords(summary).accuracy($0) ?? "no result")." }
      .joined(separator: " ")
  }
}
