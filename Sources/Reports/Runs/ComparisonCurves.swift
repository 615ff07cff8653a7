import Augmentation
import RunStore
import Text

/// A figure of all trainings of a comparison over the epochs, a panel for each policy.
public struct ComparisonCurves: Sendable {
  /// What is drawn.
  public enum Measure: Hashable, Sendable, CaseIterable {
    case trainLoss, trainAccuracy
  }

  private let policies: [Course]
  private let measure: Measure
  /// How long the trainings are.
  private let length: Int

  /// The trainings of one policy.
  private struct Course {
    let name: String
    let trainings: [ComparisonProgress.Training]
  }

  private static let width = 1120.0
  private static let columns = 4
  private static let left = 44.0
  private static let top = 78.0
  private static let cellWidth = 272.0
  private static let cellHeight = 206.0
  private static let plotWidth = 216.0
  private static let plotHeight = 128.0
  /// The most points of a line, and the most rows of the table.
  private static let mostPoints = 240
  private static let mostRows = 100
  /// The most trainings that have a column each in the table.
  private static let mostColumns = 48

  /// The curves of a comparison.
  ///
  /// - Parameters:
  ///   - progress: the trainings so far.
  ///   - length: how many epochs each training has in all.
  ///   - measure: what is drawn.
  public init(_ progress: ComparisonProgress, length: Int, _ measure: Measure) {
    var names: [String] = []
    for training in progress.trainings where !names.contains(training.policy) {
      names.append(training.policy)
    }
    policies = names.map { name in
      Course(name: name, trainings: progress.trainings.filter { $0.policy == name })
    }
    self.length = max(length, progress.trainings.map(\.epochs.count).max() ?? 0, 1)
    self.measure = measure
  }

  /// The figure and its numbers; nil before the first epoch.
  public func figure() -> Figure? {
    guard let range else { return nil }
    let rows = (policies.count + Self.columns - 1) / Self.columns
    return Figure(
      caption: caption,
      drawing: Drawing(
        width: Self.width, height: Self.top + Double(rows) * Self.cellHeight - 14, title: "\(name) by policy",
        description: description,
        elements: [.text(name, at: Point(Self.left, 24), size: 14, class: "ink strong")] + legend
          + policies.indices.flatMap { panel($0, range) }), table: table)
  }

  // MARK: - Marks

  private var values: [Double] {
    policies.flatMap {
      $0.trainings.flatMap { $0.epochs.map(value) + measured($0).map { [$0.value] }.joined() }
    }
  }

  /// What the vertical axes cover; nil where nothing has been trained.
  private var range: ClosedRange<Double>? {
    guard let low = values.min(), let high = values.max() else { return nil }
    switch measure {
    case .trainLoss: return 0...LinearScale.roundEnd(over: high)
    case .trainAccuracy:
      let bottom = min((max(low, 0) * 10).rounded(.down), 9)
      return bottom / 10...max((min(high, 1) * 10).rounded(.up), bottom + 1) / 10
    }
  }

  private func panel(_ index: Int, _ range: ClosedRange<Double>) -> [SVGElement] {
    let (row, column) = (index / Self.columns, index % Self.columns)
    let frame = Frame(
      x: Self.left + Double(column) * Self.cellWidth, y: Self.top + Double(row) * Self.cellHeight,
      width: Self.plotWidth, height: Self.plotHeight)
    let axes = Axes(in: frame, x: 0...Double(length), y: range)
    let (policy, style) = (policies[index], Self.style(index))
    let seeds = policy.trainings.map { line($0.epochs.map(value), axes) }.filter { !$0.isEmpty }
    var marks: [SVGElement] = []
    if index > 0, let first = policies.first { marks += mean(first, axes, "second dashed") }
    if policy.trainings.count > 1 {
      let lines = seeds.filter { $0.count > 1 }
      marks += [SVGElement.paths(lines, class: "curve thin \(style)")].compactMap { $0 }
    }
    marks += mean(policy, axes, "thick \(style)")
    marks += policy.trainings.flatMap(measured).map {
      .circle(axes.point(Double($0.epoch), $0.value), radius: 3, class: style)
    }
    return [
      .text(
        fittedEnd(printable(policy.name), size: 13, width: Self.plotWidth), at: Point(frame.x, frame.y - 10),
        size: 13,
        class: "ink strong")
    ] + axes.elements(xTicks: 4, yTicks: 4, xName: "epoch", size: 10, yText: yText) + [
      .group(marks, class: "trainings")
    ]
  }

  /// The first policy, with which the others are compared, has a colour of its own in every figure of a comparison.
  private static func style(_ index: Int) -> String { index == 0 ? "second" : "accent" }

  private func mean(_ policy: Course, _ axes: Axes, _ style: String) -> [SVGElement] {
    let points = line(means(policy), axes)
    switch points.count {
    case 0: return []
    case 1: return [.circle(points[0], radius: 2.5, class: style)]
    default: return [.path(points, class: "curve \(style)")]
    }
  }

  /// A line through the epochs, of at most so many points that its size stays bounded.
  private func line(_ values: [Double], _ axes: Axes) -> [Point] {
    Self.places(values.count, most: Self.mostPoints).map { axes.point(Double($0 + 1), values[$0]) }
  }

  /// Evenly spread places of a list, the first and the last among them.
  private static func places(_ count: Int, most: Int) -> [Int] {
    guard count > most else { return Array(0..<count) }
    return (0..<most).map { $0 * (count - 1) / (most - 1) }
  }

  private var legend: [SVGElement] {
    let hasSeeds = policies.contains { $0.trainings.count > 1 }
    let hasDots = policies.contains { $0.trainings.contains { !measured($0).isEmpty } }
    let first = fittedEnd(printable(policies.first?.name ?? ""), size: 12, width: 160)
    return Legend(
      entries: [(.line, "thick accent", hasSeeds ? "mean of the seeds" : "the policy")]
        + (hasSeeds ? [(.line, "thin accent", "each seed")] : [])
        + [(.line, "second dashed", "the first policy, \(first)")]
        + (hasDots ? [(.dot, "accent", "accuracy on \(isTested ? "test" : "validation") images")] : [])
    ).elements(x: Self.left + 150, y: 20)
  }

  // MARK: - Numbers

  private func value(_ epoch: EpochRecord) -> Double {
    switch measure {
    case .trainLoss: epoch.trainLoss
    case .trainAccuracy: epoch.trainAccuracy
    }
  }

  private var isTested: Bool {
    policies.contains { $0.trainings.contains { $0.epochs.contains { $0.testAccuracy != nil } } }
  }

  /// What a training has reached on images that it was not trained on, where that was measured.
  private func measured(_ training: ComparisonProgress.Training) -> [(epoch: Int, value: Double)] {
    guard measure == .trainAccuracy else { return [] }
    let isTested = isTested
    return training.epochs.compactMap { epoch in
      (isTested ? epoch.testAccuracy : epoch.validationAccuracy).map { (epoch.epoch + 1, $0) }
    }
  }

  /// The mean of each epoch over the seeds that have come so far.
  private func means(_ policy: Course) -> [Double] {
    let count = policy.trainings.map(\.epochs.count).max() ?? 0
    return (0..<count).map { epoch in
      let values = policy.trainings.compactMap {
        $0.epochs.indices.contains(epoch) ? value($0.epochs[epoch]) : nil
      }
      return values.reduce(0, +) / Double(values.count)
    }
  }

  private var table: FigureTable {
    let columns: [(head: String, values: [Double])] =
      policies.reduce(0) { $0 + $1.trainings.count } <= Self.mostColumns
      ? policies.flatMap { policy in
        policy.trainings.map { ("\(policy.name), seed \($0.seed)", $0.epochs.map(value)) }
      }
      : policies.map { ("\($0.name), mean", means($0)) }
    let count = columns.map(\.values.count).max() ?? 0
    return FigureTable(
      heads: ["epoch"] + columns.map(\.head),
      rows: Self.places(count, most: Self.mostRows).map { epoch in
        ["\(epoch + 1)"] + columns.map { $0.values.indices.contains(epoch) ? text($0.values[epoch]) : "–" }
      })
  }

  // MARK: - Words

  private var name: String {
    switch measure {
    case .trainLoss: "Training loss"
    case .trainAccuracy: "Training accuracy"
    }
  }

  private func text(_ value: Double) -> String {
    switch measure {
    case .trainLoss: decimal(value, 4)
    case .trainAccuracy: percent(value)
    }
  }

  private func yText(_ value: Double) -> String {
    switch measure {
    case .trainLoss: tickText(value)
    case .trainAccuracy: tickText((value * 1000).rounded() / 10) + " %"
    }
  }

  private var caption: String {
    switch measure {
    case .trainLoss:
      "Mean loss over the training images of each epoch, as the policy leaves them. A policy that changes images more makes "
        + "them harder to learn, so a higher loss need not mean a worse network."
    case .trainAccuracy:
      "Accuracy on the training images of each epoch, as the policy leaves them. What the policies are compared by are the "
        + "dots: the accuracy on images that were not trained on, after the last epoch."
    }
  }

  private var description: String {
    "Over \(counted(length, "epoch")). "
      + policies.map { policy in
        let last = means(policy).last.map { "\(text($0)) after epoch \(means(policy).count)" } ?? "not begun"
        return "\(policy.name): \(last)."
      }.joined(separator: " ")
  }
}
