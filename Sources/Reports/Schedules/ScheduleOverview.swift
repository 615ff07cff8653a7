/// The three classic pictures of a schedule: probability and magnitude of every operation over the epochs, stacked.
package struct ScheduleOverview {
  let courses: [OperationCourse]
  /// In epochs.
  let length: Double

  static let width = 1120.0
  static let height = 372.0
  private static let panelWidth = 258.0
  private static let panelHeight = 240.0
  private static let pitch = 322.0
  private static let left = 48.0
  private static let top = 74.0

  /// The panels and the legend, `y` pixels from the top.
  func elements(y: Double) -> [SVGElement] {
    let probabilities = courses.map(\.mean.probability)
    let panels = [
      panel(0, y, "Probability, share of all", StackedSteps(Self.shares(probabilities)), end: 1),
      panel(1, y, "Probability, sum over operations", StackedSteps(probabilities), end: nil),
      panel(2, y, magnitudes.title, StackedSteps(magnitudes.series), end: nil),
    ]
    return panels.flatMap { $0 } + legend(y) + [note(y)]
  }

  /// The magnitudes, as shares of their scales where these have different numbers of steps.
  private var magnitudes: (title: String, series: [StepSeries]) {
    guard Set(courses.map(\.highest)).count > 1 else {
      return ("Magnitude, sum over operations", courses.map(\.mean.magnitude))
    }
    let shares = courses.map { course in
      StepSeries(
        bounds: course.mean.magnitude.bounds,
        values: course.mean.magnitude.values.map { $0 / Double(max(course.highest, 1)) })
    }
    return ("Magnitude, share of scale, sum", shares)
  }

  /// What the stacks are made of.
  private func note(_ y: Double) -> SVGElement {
    .text(
      "An operation counts with the mean over its entries; an entry with probability 0 counts as magnitude 0.",
      at: Point(Self.left, y + Self.height - 8), size: 11, class: "faint")
  }

  private func panel(
    _ column: Int, _ y: Double, _ title: String, _ stack: StackedSteps, end: Double?
  ) -> [SVGElement] {
    let frame = Frame(
      x: Self.left + Double(column) * Self.pitch, y: y + Self.top, width: Self.panelWidth,
      height: Self.panelHeight)
    let axes = Axes(in: frame, x: 0...length, y: 0...(end ?? LinearScale.roundEnd(over: stack.top)))
    return [.text(title, at: Point(frame.x, frame.y - 12), size: 13, class: "ink strong")]
      + axes.elements(xTicks: 5, yTicks: 5, xName: "epoch")
      + [
        .group(
          stack.elements(in: axes) { OperationColors.style(of: courses[$0].operation) }, class: "stack")
      ]
  }

  /// Swatches and names in the order of the stack, the first operation at the bottom.
  private func legend(_ y: Double) -> [SVGElement] {
    let x = Self.left + 2 * Self.pitch + Self.panelWidth + 26
    let step = Self.panelHeight / Double(courses.count)
    return courses.enumerated().flatMap { index, course -> [SVGElement] in
      let bottom = y + Self.top + Self.panelHeight - Double(index) * step
      let swatch = Frame(x: x, y: bottom - step + 2, width: 14, height: step - 4)
      return [
        .rectangle(swatch, class: OperationColors.style(of: course.operation), radius: 2),
        .text(course.operation.name, at: Point(x + 22, bottom - step / 2 + 4), size: 12),
      ]
    }
  }

  /// Each value as a share of all values of its stretch; 0 where all are 0.
  package static func shares(_ series: [StepSeries]) -> [StepSeries] {
    guard let sum = StackedSteps(series).levels.last else { return [] }
    return series.map { one in
      StepSeries(
        bounds: one.bounds,
        values: zip(one.values, sum.values).map { value, total in total > 0 ? value / total : 0 })
    }
  }
}
