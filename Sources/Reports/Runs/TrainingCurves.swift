import RunStore

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
        + "Dots are accuracies on images that were not trained on, measured once, after the last epoch.",
      drawing: Drawing(
        width: Self.width, height: Self.height, title: "Loss, accuracy and learning rate",
        description:
          "After \(counted(epochs.count, "epoch")) of \(length): training loss \(decimalText(last.trainLoss, 4)), training "
          + "accuracy \(percentText(last.trainAccuracy)).",
        elements: panels.enumerated().flatMap { draw($0.element, column: $0.offset) }),
      table: table)
  }

  private struct Panel {
    let name: String
    let values: [Double]
    let range: ClosedRange<Double>
    var text: (Double) -> String = tickText
    var dots: [(value: Double, style: String, name: String)] = []
  }

  private var panels: [Panel] {
    let (losses, rates) = (epochs.map(\.trainLoss), epochs.map(\.learningRate))
    let measured = measured
    let accuracies = epochs.map(\.trainAccuracy)
    let low = (accuracies + measured.map(\.value)).min() ?? 0
    return [
      Panel(
        name: "Training loss", values: losses, range: 0...LinearScale.roundEnd(over: losses.max() ?? 1)),
      Panel(
        name: "Accuracy", values: accuracies, range: min(max(0, (low * 10).rounded(.down) / 10), 0.9)...1,
        text: { tickText(($0 * 1000).rounded() / 10) + " %" }, dots: measured),
      Panel(
        name: "Learning rate", values: rates, range: 0...LinearScale.roundEnd(over: rates.max() ?? 1)),
    ]
  }

  private var measured: [(value: Double, style: String, name: String)] {
    guard let last = epochs.last else { return [] }
    return [
      last.testAccuracy.map { ($0, "second", "test \(percentText($0))") },
      last.validationAccuracy.map { ($0, "dim", "validation \(percentText($0))") },
    ].compactMap { $0 }
  }

  private func draw(_ panel: Panel, column: Int) -> [SVGElement] {
    let frame = Frame(x: 56 + Double(column) * 374, y: 44, width: Self.plotWidth, height: 236)
    let axes = Axes(in: frame, x: 0...Double(length), y: panel.range)
    let points = zip(epochs, panel.values).map { axes.point(Double($0.epoch + 1), $1) }
    let line: SVGElement =
      points.count == 1
      ? .circle(points[0], radius: 2.5, class: "accent") : .path(points, class: "curve accent")
    let end = Double(epochs.count)
    return [.text(panel.name, at: Point(frame.x, 24), size: 14, class: "ink strong")]
      + axes.elements(xTicks: 5, xName: "epoch", yText: panel.text)
      + [.group([line], class: "course")]
      + panel.dots.map { .circle(axes.point(end, $0.value), radius: 4, class: $0.style) }
      + Legend(entries: panel.dots.map { (.dot, $0.style, $0.name) }).elements(
        x: frame.x + 72, y: 20, size: 11)
  }

  private var table: FigureTable {
    FigureTable(
      heads: [
        "epoch", "training loss", "training accuracy", "validation accuracy", "test accuracy",
        "learning rate", "seconds",
      ],
      rows: epochs.map { epoch in
        [
          "\(epoch.epoch + 1)", decimalText(epoch.trainLoss, 4), percentText(epoch.trainAccuracy),
          epoch.validationAccuracy.map(percentText) ?? "–", epoch.testAccuracy.map(percentText) ?? "–",
          "\((epoch.learningRate * 1e6).rounded() / 1e6)", decimalText(epoch.seconds, 2),
        ]
      })
  }
}
