import Augmentation
import RunStore
import Text

/// A figure of one training: loss, accuracy and learning rate, epoch by epoch.
public struct TrainingCurves: Sendable {
  let epochs: [EpochRecord]
  /// How long the training is to be.
  let length: Int

  private static let width = 1120.0
  private static let height = 330.0
  private static let plotWidth = 296.0

  /// - Parameters:
  ///   - epochs: those recorded, in order.
  ///   - length: how many the training has in all.
  public init(_ epochs: [EpochRecord], length: Int) {
    self.epochs = epochs
    self.length = max(length, epochs.count, 1)
  }

  /// The figure and its numbers; nil before the first epoch.
  public func figure() -> Figure? {
    guard let last = epochs.last else { return nil }
    return Figure(
      caption:
        "Loss and accuracy over the training images of each epoch, as augmented; the learning rate of its last step. "
        + "Dots are accuracies on images that were not trained on, \(moments).",
      drawing: Drawing(
        width: Self.width, height: Self.height, title: "Loss, accuracy and learning rate",
        description:
          "After \(counted(epochs.count, "epoch")) of \(length): training loss \(decimal(last.trainLoss, 4)), training "
          + "accuracy \(percent(last.trainAccuracy)).",
        elements: panels.enumerated().flatMap { draw($0.element, column: $0.offset) }),
      table: table)
  }

  /// When the network was measured on other images, in words.
  private var moments: String {
    let isMeasuredBefore = epochs.dropLast().contains {
      $0.validationAccuracy != nil || $0.testAccuracy != nil
    }
    return isMeasuredBefore ? "after the epochs at which they stand" : "measured once, after the last epoch"
  }

  private struct Panel {
    let name: String
    let values: [Double]
    let range: ClosedRange<Double>
    var text: (Double) -> String = tickText
    var courses: [Measured] = []
  }

  /// Accuracies on one split, where they were measured.
  private struct Measured {
    let points: [(epoch: Int, value: Double)]
    let style: String
    let name: String
  }

  private var panels: [Panel] {
    let (losses, rates) = (epochs.map(\.trainLoss), epochs.map(\.learningRate))
    let measured = measured
    let accuracies = epochs.map(\.trainAccuracy)
    let low = (accuracies + measured.flatMap { $0.points.map(\.value) }).min() ?? 0
    return [
      Panel(
        name: "Training loss", values: losses, range: 0...LinearScale.roundEnd(over: losses.max() ?? 1)),
      Panel(
        name: "Accuracy", values: accuracies, range: min(max(0, (low * 10).rounded(.down) / 10), 0.9)...1,
        text: { tickText(($0 * 1000).rounded() / 10) + " %" }, courses: measured),
      Panel(
        name: "Learning rate", values: rates, range: 0...LinearScale.roundEnd(over: rates.max() ?? 1)),
    ]
  }

  private var measured: [Measured] {
    func course(_ name: String, _ style: String, _ value: (EpochRecord) -> Double?) -> Measured? {
      let points = epochs.compactMap { epoch in value(epoch).map { (epoch: epoch.epoch + 1, value: $0) } }
      guard let last = points.last else { return nil }
      return Measured(points: points, style: style, name: "\(name) \(percent(last.value))")
    }
    return [
      course("test", "second", \.testAccuracy), course("validation", "dim", \.validationAccuracy),
    ].compactMap { $0 }
  }

  private func draw(_ panel: Panel, column: Int) -> [SVGElement] {
    let frame = Frame(x: 56 + Double(column) * 374, y: 44, width: Self.plotWidth, height: 236)
    let axes = Axes(in: frame, x: 0...Double(length), y: panel.range)
    let points = zip(epochs, panel.values).map { axes.point(Double($0.epoch + 1), $1) }
    let line: SVGElement =
      points.count == 1
      ? .circle(points[0], radius: 2.5, class: "accent") : .path(points, class: "curve accent")
    let measured = panel.courses.flatMap { course in
      let points = course.points.map { axes.point(Double($0.epoch), $0.value) }
      let isOne = points.count == 1
      return (isOne ? [] : [SVGElement.path(points, class: "curve thin \(course.style)")])
        + points.map { .circle($0, radius: isOne ? 4 : 2.5, class: course.style) }
    }
    return [.text(panel.name, at: Point(frame.x, 24), size: 14, class: "ink strong")]
      + axes.elements(xTicks: 5, xName: "epoch", yText: panel.text)
      + [.group([line], class: "course")]
      + measured
      + Legend(entries: panel.courses.map { (.dot, $0.style, $0.name) }).elements(
        x: frame.x + 72, y: 20, size: 11)
  }

  private var table: FigureTable {
    let columns: [(head: String, text: (EpochRecord) -> String?)] = [
      ("epoch", { "\($0.epoch + 1)" }), ("training loss", { decimal($0.trainLoss, 4) }),
      ("training accuracy", { percent($0.trainAccuracy) }),
      ("validation accuracy", { $0.validationAccuracy.map(percent) }),
      ("test accuracy", { $0.testAccuracy.map(percent) }),
      ("learning rate", { "\(($0.learningRate * 1e6).rounded() / 1e6)" }),
      ("seconds", { decimal($0.seconds, 2) }),
      ("validation loss", { $0.validationLoss.map { decimal($0, 4) } }),
    ]
    // Only a training that is measured between its epochs has the last.
    let shown = epochs.contains { $0.validationLoss != nil } ? columns[...] : columns.dropLast()
    return FigureTable(
      heads: shown.map(\.head), rows: epochs.map { epoch in shown.map { $0.text(epoch) ?? "–" } })
  }
}
