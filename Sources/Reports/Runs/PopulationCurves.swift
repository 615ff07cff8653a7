import Augmentation
import RunStore
import Text

/// A figure of every trial over the epochs: what each had reached at the end of each segment.
public struct PopulationCurves: Sendable {
  /// What is drawn.
  public enum Measure: Hashable, Sendable {
    case score, trainLoss
    /// What a trainer reports beside these, by its name.
    case figure(String)
  }

  let history: PopulationHistory
  let measure: Measure

  private static let width = 860.0
  private static let frame = Frame(x: 56, y: 44, width: 786, height: 290)
  private static let height = 382.0

  /// The curves of a population.
  public init(_ history: PopulationHistory, _ measure: Measure) {
    self.history = history
    self.measure = measure
  }

  /// The figure and its numbers; nil before the first result.
  public func figure() -> Figure? {
    let values = history.stretches.compactMap(value)
    guard let low = values.min(), let high = values.max() else { return nil }
    return Figure(
      caption: caption,
      drawing: Drawing(
        width: Self.width, height: Self.height, title: "\(name) of \(counted(history.population, "trial"))",
        description: description, elements: elements(axes(low, high))),
      table: table)
  }

  private func value(_ stretch: PopulationHistory.Stretch) -> Double? {
    switch measure {
    case .score: stretch.record.score
    case .trainLoss: stretch.record.metrics?.trainLoss
    case .figure(let name): stretch.record.metrics?.figures[name]
    }
  }

  private func axes(_ low: Double, _ high: Double) -> Axes {
    let pad = max((high - low) * 0.05, 0.002, max(abs(low), abs(high)) * 1e-6)
    let bottom = isShare || measure == .trainLoss ? max(0, low - pad) : low - pad
    let top = isShare ? min(1, high + pad) : high + pad
    return Axes(in: Self.frame, x: 0...Double(max(history.epochs, 1)), y: bottom...max(top, bottom + 1e-6))
  }

  // MARK: - Marks

  private func elements(_ axes: Axes) -> [SVGElement] {
    let others = history.stretches.filter { !history.bestPlaces.contains($0.place) }
    let best = history.best.compactMap { history[$0.plan.place].flatMap { point($0, axes) } }
    var marks: [SVGElement] = [
      .paths(others.compactMap { line($0, axes) }, class: "curve thin dim"),
      .paths(isCrowded ? [] : jumps(axes), class: "curve thin dotted second"),
    ].compactMap { $0 }
    // A first result has no line that leads to it.
    marks += history.stretches.filter { $0.record.plan.parentPlace == nil }.compactMap { point($0, axes) }
      .map { .circle($0, radius: 1.6, class: "dim") }
    let radius = dotRadius
    marks += jumps(axes).compactMap(\.first).map { .circle($0, radius: radius, class: "second") }
    marks += failures(axes).map { .cross($0, radius: 3, class: "second") }
    if best.count > 1 { marks.append(.path(best, class: "curve thick accent")) }
    if let last = best.last { marks.append(.circle(last, radius: 4, class: "accent")) }
    return [heading] + legend
      + axes.elements(xTicks: 8, xName: "epoch", yText: yText) + [.group(marks, class: "population")]
  }

  /// Whether lines between so many dots would hide all else.
  private var isCrowded: Bool { history.copies.count > 600 }

  /// Smaller where there are many.
  private var dotRadius: Double {
    2.2 * min(1, (300 / Double(max(history.copies.count, 1))).squareRoot())
  }

  private func point(_ stretch: PopulationHistory.Stretch, _ axes: Axes) -> Point? {
    value(stretch).map { axes.point(Double(stretch.record.plan.epochs.upperBound), $0) }
  }

  /// From where a segment starts, at its parent's end, to its own end.
  private func line(_ stretch: PopulationHistory.Stretch, _ axes: Axes) -> [Point]? {
    guard let from = history.parent(of: stretch).flatMap({ point($0, axes) }), let to = point(stretch, axes)
    else { return nil }
    return [from, to]
  }

  /// From what each copying trial had reached to what it copied.
  private func jumps(_ axes: Axes) -> [[Point]] {
    history.copies.compactMap { copy in
      guard let from = copy.left.flatMap({ history[$0] }).flatMap({ point($0, axes) }),
        let to = history.parent(of: copy).flatMap({ point($0, axes) })
      else { return nil }
      return [from, to]
    }
  }

  private func failures(_ axes: Axes) -> [Point] {
    history.stretches.filter { $0.record.metrics == nil }.map {
      Point(axes.x(Double($0.record.plan.epochs.upperBound)), axes.frame.bottom)
    }
  }

  // MARK: - Words

  private var name: String {
    switch measure {
    case .score: history.objective.title
    case .trainLoss: "Training loss"
    case .figure(let name): printable(name)
    }
  }

  /// Whether what is drawn is a share, in percent.
  private var isShare: Bool { measure == .score && history.objective.name == nil }

  private var heading: SVGElement {
    .text(name, at: Point(Self.frame.x, 22), size: 14, class: "ink strong")
  }

  private var legend: [SVGElement] {
    let failed = history.stretches.contains { $0.record.metrics == nil }
    return Legend(
      entries: [
        (.line, "thick accent", "line of the best"), (.line, "dim", "other trials"),
        (.dot, "second", "leaves to copy another"),
      ] + (failed ? [(.cross, "second", "failed")] : [])
    ).elements(x: 260, y: 18)
  }

  private func yText(_ value: Double) -> String {
    isShare ? tickText((value * 1000).rounded() / 10) + " %" : tickText(value)
  }

  private func text(_ value: Double) -> String {
    switch measure {
    case .score: history.objective.text(value)
    case .trainLoss: decimal(value, 4)
    case .figure: significant(value, 4)
    }
  }

  private var caption: String {
    switch measure {
    case .score where !isShare:
      "\(name) at the end of each segment; \(history.objective.direction == .maximize ? "higher" : "lower") is better. A trial "
        + "that copies another leaves its line at the dot and continues from the copied trial's"
        + "\(isCrowded ? "" : "; the dotted line leads there")."
    case .score:
      "Accuracy on the validation images at the end of each segment. A trial that copies another leaves its line at the dot "
        + "and continues from the copied trial's\(isCrowded ? "" : "; the dotted line leads there")."
    case .trainLoss:
      "Mean loss over the augmented training images in the last epoch of each segment. Trials train with policies of their "
        + "own, so a higher loss need not mean a worse network."
    case .figure: "What the trainer reports as \(name) at the end of each segment."
    }
  }

  private var description: String {
    var words =
      "\(name) over \(counted(history.epochs, "epoch")); \(counted(history.copies.count, "copy", "copies")) between trials\(history.equalCopiesText)."
    if let last = history.best.last.flatMap({ history[$0.plan.place] }), let value = value(last) {
      words += " The best is trial \(last.place.trial) with \(text(value))."
    }
    return words
  }

  /// A row for each generation, a column for each trial; copies stand with the trial they came from.
  private var table: FigureTable {
    let byGeneration = Dictionary(grouping: history.stretches, by: \.record.plan.generation)
    return FigureTable(
      heads: [history.isAsynchronous ? "segment" : "epochs"]
        + (0..<history.population).map { "trial \($0)" },
      rows: byGeneration.keys.sorted().map { generation in
        let row = byGeneration[generation] ?? []
        let cells = Dictionary(
          row.map { ($0.place.trial, cell($0)) }, uniquingKeysWith: { first, _ in first })
        let epochs = row.first?.record.plan.epochs.upperBound ?? 0
        return [history.isAsynchronous ? "\(generation + 1)" : "\(epochs)"]
          + (0..<history.population).map { cells[$0] ?? "–" }
      })
  }

  private func cell(_ stretch: PopulationHistory.Stretch) -> String {
    guard stretch.record.metrics != nil else { return "failed" }
    let number =
      value(stretch).map {
        switch measure {
        case .score: isShare ? decimal($0 * 100, 2) : history.objective.text($0)
        case .trainLoss: decimal($0, 3)
        case .figure: text($0)
        }
      } ?? "–"
    let source = stretch.left == nil ? "" : " ←\(stretch.record.plan.parent ?? 0)"
    return number + source
  }
}
