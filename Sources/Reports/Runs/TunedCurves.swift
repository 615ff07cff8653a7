import Foundation
import PopulationBasedTraining
import RunStore
import Text

/// A figure of one tuned hyperparameter: the value that every trial trained with, epoch by epoch.
public struct TunedCurves: Sendable {
  let history: PopulationHistory
  let range: TunedRange

  private static let width = 860.0
  private static let frame = Frame(x: 72, y: 44, width: 770, height: 220)
  private static let height = 312.0

  /// The course of a hyperparameter in a population.
  public init(_ history: PopulationHistory, _ range: TunedRange) {
    self.history = history
    self.range = range
  }

  /// The figure and its numbers; nil before the first result.
  public func figure() -> Figure? {
    guard history.stretches.contains(where: { value($0) != nil }) else { return nil }
    let name = printable(range.name)
    return Figure(
      caption: "\(name) in each segment. A trial that copies another continues with the copied value times"
        + " \(TunedRange.factors.map { decimal($0, 1) }.joined(separator: " or ")), or with one that is drawn again.",
      drawing: Drawing(
        width: Self.width, height: Self.height, title: "\(name) of \(counted(history.population, "trial"))",
        description: description(name), elements: elements(name)), table: table)
  }

  private func value(_ stretch: PopulationHistory.Stretch) -> Double? {
    stretch.record.plan.tuned[range.name]
  }

  private func description(_ name: String) -> String {
    let values = history.best.compactMap { $0.plan.tuned[range.name] }.map(text)
    return "\(name) over \(counted(history.epochs, "epoch"))."
      + (values.isEmpty ? "" : " Segment by segment the best trial's were \(values.joined(separator: ", ")).")
  }

  // MARK: - Marks

  /// The height of a value: its logarithm where the range is logarithmic.
  private func height(_ value: Double) -> Double { range.isLogarithmic ? log10(value) : value }

  private func elements(_ name: String) -> [SVGElement] {
    let (low, high) = (height(range.values.lowerBound), height(range.values.upperBound))
    let axes = Axes(in: Self.frame, x: 0...Double(max(history.epochs, 1)), y: low...high)
    let others = history.stretches.filter { !history.bestPlaces.contains($0.place) }
    let best = history.best.compactMap { history[$0.plan.place] }.flatMap { line($0, axes, isJoined: true) }
    var marks = [SVGElement.paths(others.map { line($0, axes, isJoined: false) }, class: "curve thin dim")]
      .compactMap { $0 }
    if best.count > 1 { marks.append(.path(best, class: "curve thick accent")) }
    let legend = Legend(entries: [
      (.line, "thick accent", "line of the best"), (.line, "dim", "other trials"),
    ])
    return [.text(name, at: Point(Self.frame.x, 22), size: 14, class: "ink strong")]
      + legend.elements(x: 360, y: 18)
      + axes.elements(xTicks: 8, xName: "epoch", yText: { tick($0) }) + [.group(marks, class: "population")]
  }

  /// The line of a segment; a joined one begins at the value of the segment that it continues.
  private func line(_ stretch: PopulationHistory.Stretch, _ axes: Axes, isJoined: Bool) -> [Point] {
    guard let value = value(stretch) else { return [] }
    let epochs = stretch.record.plan.epochs
    var points = [epochs.lowerBound, epochs.upperBound].map { axes.point(Double($0), height(value)) }
    if isJoined, let before = history.parent(of: stretch).flatMap(self.value) {
      points.insert(axes.point(Double(epochs.lowerBound), height(before)), at: 0)
    }
    return points
  }

  private func tick(_ height: Double) -> String {
    significant(range.isLogarithmic ? pow(10, height) : height, 3)
  }

  private func text(_ value: Double) -> String { significant(value, 4) }

  /// A row for each generation, a column for each trial.
  private var table: FigureTable {
    let rows = Dictionary(grouping: history.stretches, by: \.record.plan.generation)
    return FigureTable(
      heads: [history.isAsynchronous ? "segment" : "epochs"]
        + (0..<history.population).map { "trial \($0)" },
      rows: rows.sorted { $0.key < $1.key }.map { generation, row in
        let cells = Dictionary(
          row.map { ($0.place.trial, value($0).map(text) ?? "–") }, uniquingKeysWith: { first, _ in first })
        let epochs = row.first?.record.plan.epochs.upperBound ?? 0
        return [history.isAsynchronous ? "\(generation + 1)" : "\(epochs)"]
          + (0..<history.population).map { cells[$0] ?? "–" }
      })
  }
}
