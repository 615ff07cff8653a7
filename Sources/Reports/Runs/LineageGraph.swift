import Augmentation
import RunStore
import Text

/// Who descends from whom: trials as rows, time to the right, copies as edges between rows.
public struct LineageGraph: Sendable {
  let history: PopulationHistory

  private static let left = 56.0
  private static let top = 62.0
  private static let foot = 44.0

  /// The graph of a population.
  public init(_ history: PopulationHistory) {
    self.history = history
  }

  /// The figure and its numbers; nil before the first result.
  public func figure() -> Figure? {
    guard let length = history.stretches.map(\.end).max(), length > 0 else { return nil }
    let rowHeight = Self.rowHeight(history.population)
    let plotWidth = min(max(length * 11, 760), 1400)
    let frame = Frame(
      x: Self.left, y: Self.top, width: plotWidth, height: rowHeight * Double(history.population))
    let axes = Axes(in: frame, x: 0...length, y: 0...Double(history.population))
    return Figure(
      caption: caption,
      drawing: Drawing(
        width: frame.right + 18, height: frame.bottom + Self.foot,
        title: "Lineage of \(counted(history.population, "trial"))", description: description,
        elements: elements(axes, rowHeight)),
      table: table)
  }

  /// Whether the copies of what died out would hide all else.
  private var isCrowded: Bool { history.copies.count > 1000 }

  private static func rowHeight(_ population: Int) -> Double {
    min(max(640 / Double(max(population, 1)), 6), 20)
  }

  // MARK: - Marks

  private enum Kind: CaseIterable {
    case dead, living, best
  }

  private func kind(_ place: SegmentPlace) -> Kind {
    history.bestPlaces.contains(place) ? .best : history.living.contains(place) ? .living : .dead
  }

  private func elements(_ axes: Axes, _ rowHeight: Double) -> [SVGElement] {
    func row(_ trial: Int) -> Double { axes.frame.y + (Double(trial) + 0.5) * rowHeight }
    var runs: [Kind: [[Point]]] = [:]
    var edges: [Kind: [[Point]]] = [:]
    // A copy leans to the right by so much that it can be followed, and never beyond the segment it begins.
    let step = axes.x(1) - axes.x(0)
    for stretch in history.stretches {
      let kind = kind(stretch.place)
      let (y, end) = (row(stretch.place.trial), Point(axes.x(stretch.end), row(stretch.place.trial)))
      let begin = axes.x(stretch.begin)
      guard stretch.left != nil, let parent = history.parent(of: stretch) else {
        runs[kind, default: []].append([Point(begin, y), end])
        continue
      }
      let lean = min(step * 0.45, (end.x - begin) * 0.6)
      edges[kind, default: []].append([
        Point(axes.x(min(parent.end, stretch.begin)), row(parent.place.trial)), Point(begin + lean, y),
      ])
      runs[kind, default: []].append([Point(begin + lean, y), end])
    }
    let styles: [(Kind, String, String)] = [
      (.dead, "curve thin dim", "curve thin dotted dim"),
      (.living, rowHeight < 10 ? "curve thin" : "curve", "curve thin"),
      (.best, "curve thick accent", "curve thick accent"),
    ]
    let marks = styles.flatMap { kind, run, edge in
      [
        SVGElement.paths(kind == .dead && isCrowded ? [] : edges[kind] ?? [], class: edge),
        .paths(Self.joined(runs[kind] ?? []), class: run),
      ].compactMap { $0 }
    }
    return heading + rowNames(row, rowHeight)
      + axes.elements(xTicks: 10, yTicks: 0, xName: xName) + [.group(marks, class: "lineage")]
      + crosses(axes, row) + bestMark(axes, row)
  }

  /// Runs of one row that follow one another, each as one line.
  private static func joined(_ runs: [[Point]]) -> [[Point]] {
    var lines: [[Point]] = []
    var open: [Double: Int] = [:]
    for run in runs {
      guard let first = run.first, let last = run.last else { continue }
      if let line = open[first.y], let end = lines[line].last, abs(end.x - first.x) < 0.01 {
        lines[line][lines[line].count - 1] = last
      } else {
        open[first.y] = lines.count
        lines.append(run)
      }
    }
    return lines
  }

  private func crosses(_ axes: Axes, _ row: (Int) -> Double) -> [SVGElement] {
    history.stretches.filter { $0.record.metrics == nil }.map {
      .cross(Point(axes.x($0.end), row($0.place.trial)), radius: 3, class: "second")
    }
  }

  private func bestMark(_ axes: Axes, _ row: (Int) -> Double) -> [SVGElement] {
    guard let last = history.best.last.flatMap({ history[$0.plan.place] }) else { return [] }
    return [.circle(Point(axes.x(last.end), row(last.place.trial)), radius: 4.5, class: "accent")]
  }

  /// Numbers of trials, as many as stand clear of one another.
  private func rowNames(_ row: (Int) -> Double, _ rowHeight: Double) -> [SVGElement] {
    let every = Int((13 / rowHeight).rounded(.up))
    return stride(from: 0, to: history.population, by: max(every, 1)).map { trial in
      .text(
        "\(trial)", at: Point(Self.left - 8, row(trial) + 4), size: 11, class: "faint", anchor: .end)
    }
  }

  private var heading: [SVGElement] {
    [
      .text("Trials and their ancestors", at: Point(Self.left, 22), size: 14, class: "ink strong"),
      .text("trial", at: Point(Self.left - 8, Self.top - 6), size: 11, class: "faint", anchor: .end),
    ]
      + Legend(entries: [
        (.line, "thick accent", "ancestry of the best"), (.line, "", "has descendants now"),
        (.line, "dim", "died out"),
      ]).elements(x: Self.left + 220, y: 18)
  }

  // MARK: - Words

  private var xName: String {
    history.isAsynchronous ? "results, in multiples of the population" : "generation"
  }

  private var caption: String {
    "Each row is a place in the population. Where a trial copies another, a line leads from the copied trial's row. "
      + "Of all that was trained, only what has descendants now is drawn in full ink"
      + (isCrowded ? "; the many copies of what died out are not drawn." : ".")
  }

  private var description: String {
    let line = history.best.map { "\($0.plan.trial)" }
    var moves: [String] = []
    for trial in line where moves.last != trial { moves.append(trial) }
    return
      "\(counted(history.generations, "generation")), \(counted(history.copies.count, "copy", "copies"))\(history.equalCopiesText). The best trial's ancestry goes through "
      + "the rows \(moves.isEmpty ? "of no trial yet" : moves.joined(separator: ", "))."
  }

  /// A row for each generation: the best's ancestor, and who copied whom.
  private var table: FigureTable {
    let copies = Dictionary(grouping: history.copies, by: \.record.plan.generation)
    let ancestors = Dictionary(
      history.best.map { ($0.plan.generation, $0.plan.trial) }, uniquingKeysWith: { first, _ in first })
    return FigureTable(
      heads: [
        "generation", "ancestor of the best",
        "copies that begin it (trial ← copied; equal: the same \(history.objective.name == nil ? "accuracy" : "score"))",
      ],
      rows: (0..<history.generations).map { generation in
        let words = (copies[generation] ?? []).map {
          "\($0.place.trial)←\($0.record.plan.parent ?? 0)" + (history.isBetweenEquals($0) ? " (equal)" : "")
        }
        return [
          "\(generation + 1)", ancestors[generation].map { "trial \($0)" } ?? "–",
          words.isEmpty ? "none" : words.joined(separator: ", "),
        ]
      })
  }
}
