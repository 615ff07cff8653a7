import Augmentation
import RunStore
import Text

/// A figure of where the time of a run went: a row for each slot, coloured by what was done.
public struct Timeline: Sendable {
  /// A stretch of training that has ended.
  public struct Stretch: Sendable {
    /// What it belongs to for the sums: a generation, an epoch, a policy.
    public let group: String
    /// All its seconds.
    public let seconds: Double
    /// When and where; nil for one of an older version of the program.
    public let times: WorkTimes?

    /// A stretch of work of one group.
    public init(group: String, seconds: Double, times: WorkTimes?) {
      self.group = group
      self.seconds = seconds
      self.times = times
    }
  }

  let stretches: [Stretch]
  /// What the groups are, such as `generation`.
  let groupName: String

  static let width = 1120.0
  static let left = 76.0
  static let plotWidth = 1020.0

  /// A timeline with one row for each group.
  public init(_ stretches: [Stretch], by groupName: String) {
    self.stretches = stretches
    self.groupName = groupName
  }

  /// The figure and its sums; bars of seconds where it is not known what each stretch did when.
  ///
  /// Nil before the first stretch has ended.
  public func figure() -> Figure? {
    guard !stretches.isEmpty else { return nil }
    guard stretches.allSatisfy({ $0.times != nil }) else { return SecondsByGroup(timeline: self).figure }
    return figure(stretches.compactMap(\.times))
  }

  /// What colours distinguish.
  private static let parts: [(style: String, name: String)] = [
    ("accent", "training"), ("second", "evaluation"),
    ("dim", "other: networks made, checkpoints read, new ones written"),
  ]

  private func figure(_ times: [WorkTimes]) -> Figure {
    let clock = WorkClock(times.map { $0.started...$0.started + max($0.total, 0) })
    let slots = (times.map(\.slot).max() ?? 0) + 1
    let rowHeight = min(max(240 / Double(slots), 12), 34)
    let frame = Frame(x: Self.left, y: 58, width: Self.plotWidth, height: rowHeight * Double(slots))
    let (unit, seconds) = Self.unit(clock.length)
    let axes = Axes(in: frame, x: 0...clock.length / seconds, y: 0...Double(slots))
    var bars = [[[Point]]](repeating: [], count: Self.parts.count)
    for time in times {
      let y = frame.y + Double(time.slot) * rowHeight
      var start = time.started
      for (part, length) in [
        (2, time.preparation), (0, time.training), (1, time.evaluation), (2, time.checkpoint),
      ] {
        let (from, to) = (
          axes.x(clock.worked(start) / seconds), axes.x(clock.worked(start + length) / seconds)
        )
        start += length
        // Thinner than can be seen; the sums in the table have it.
        guard to - from > 0.03 else { continue }
        let (top, bottom) = (y + rowHeight * 0.14, y + rowHeight * 0.86)
        bars[part].append([Point(from, top), Point(to, top), Point(to, bottom), Point(from, bottom)])
      }
    }
    let marks = zip(bars, Self.parts).compactMap {
      SVGElement.paths($0, class: "bar \($1.style)", isClosed: true)
    }
    let pauses = clock.pauses.map { pause in
      let x = axes.x(clock.worked(pause.lowerBound) / seconds)
      return SVGElement.line(
        Point(x, frame.y - 6), Point(x, frame.bottom + 4), class: "axis dashed")
    }
    return Figure(
      caption: caption(clock, times),
      drawing: Drawing(
        width: Self.width, height: frame.bottom + 46, title: "Timeline of \(counted(slots, "slot"))",
        description: description(clock, times),
        elements: heading("Where the time went") + slotNames(slots, rowHeight, frame)
          + axes.elements(xTicks: 8, yTicks: 0, xName: unit)
          + [.group(marks, class: "timeline")] + pauses),
      table: table)
  }

  private static func unit(_ seconds: Double) -> (String, Double) {
    seconds < 180 ? ("seconds", 1) : seconds < 10_800 ? ("minutes", 60) : ("hours", 3600)
  }

  private func heading(_ text: String) -> [SVGElement] {
    [.text(text, at: Point(Self.left, 24), size: 14, class: "ink strong")]
      + Legend(entries: Self.parts.map { (.box, "bar " + $0.style, $0.name) })
      .elements(x: Self.left + 180, y: 20)
  }

  private func slotNames(_ slots: Int, _ rowHeight: Double, _ frame: Frame) -> [SVGElement] {
    stride(from: 0, to: slots, by: max(Int((13 / rowHeight).rounded(.up)), 1)).map { slot in
      .text(
        "slot \(slot + 1)", at: Point(frame.x - 8, frame.y + (Double(slot) + 0.5) * rowHeight + 4), size: 11,
        class: "faint", anchor: .end)
    }
  }

  // MARK: - Words

  private func caption(_ clock: WorkClock, _ times: [WorkTimes]) -> String {
    let slots = Double((times.map(\.slot).max() ?? 0) + 1)
    let busy = times.reduce(0) { $0 + $1.total }
    let idle = clock.length > 0 ? max(0, 1 - busy / (clock.length * slots)) : 0
    var words =
      "Begun \(momentText(clock.start)). Slots did \(duration(withTenths: busy)) of work that was kept. The other "
      + "\(decimal(idle * 100, 0)) % of their time they waited, brought files to the disk, or did work that failed or was "
      + "lost. A slot trains one network at a time."
    if !clock.pauses.isEmpty {
      words +=
        " \(counted(clock.pauses.count, "gap")) without finished work \(clock.pauses.count == 1 ? "is" : "are")"
        + " cut out at the dashed line\(clock.pauses.count == 1 ? "" : "s")."
    }
    return words
  }

  private func description(_ clock: WorkClock, _ times: [WorkTimes]) -> String {
    "In \(duration(withTenths: clock.length)) of work: training \(duration(withTenths: times.reduce(0) { $0 + $1.training })), evaluation "
      + "\(duration(withTenths: times.reduce(0) { $0 + $1.evaluation })), other "
      + "\(duration(withTenths: times.reduce(0) { $0 + $1.preparation + $1.checkpoint }))."
  }

  /// Sums for each group, in the order in which the groups are given.
  private var table: FigureTable {
    var order: [String] = []
    var sums: [String: [WorkTimes]] = [:]
    for stretch in stretches {
      if sums[stretch.group] == nil { order.append(stretch.group) }
      sums[stretch.group, default: []] += stretch.times.map { [$0] } ?? []
    }
    return FigureTable(
      heads: [groupName, "begun", "stretches", "training, s", "evaluation, s", "other, s"],
      rows: order.map { group in
        let times = sums[group] ?? []
        return [
          group, times.map(\.started).min().map(momentText) ?? "–", "\(times.count)",
          decimal(times.reduce(0) { $0 + $1.training }, 1),
          decimal(times.reduce(0) { $0 + $1.evaluation }, 1),
          decimal(times.reduce(0) { $0 + $1.preparation + $1.checkpoint }, 1),
        ]
      })
  }
}
