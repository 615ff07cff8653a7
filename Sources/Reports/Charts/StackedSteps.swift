/// Several step series, stacked.
public struct StackedSteps: Hashable, Sendable {
  /// The sum of the layers below each layer, and at the end the sum of all.
  public let levels: [StepSeries]

  /// A stack of layers with the same bounds, the first at the bottom.
  public init(_ layers: [StepSeries]) {
    guard let bounds = layers.first?.bounds else {
      levels = []
      return
    }
    var sum = [Double](repeating: 0, count: bounds.count - 1)
    var levels = [StepSeries(bounds: bounds, values: sum)]
    for layer in layers {
      for index in sum.indices { sum[index] += layer.values[index] }
      levels.append(StepSeries(bounds: bounds, values: sum))
    }
    self.levels = levels
  }

  /// The highest sum.
  public var top: Double { levels.last?.values.max() ?? 0 }

  /// More stretches than this are too narrow for a line around each.
  private static let mostOutlined = 60

  /// The areas of the layers that have any extent, each in the class of its index.
  public func elements(in axes: Axes, class style: (Int) -> String) -> [SVGElement] {
    zip(levels, levels.dropFirst()).enumerated().flatMap { index, pair -> [SVGElement] in
      let (lower, upper) = pair
      guard lower.values != upper.values else { return [] }
      let look = upper.values.count > Self.mostOutlined ? "plain " : ""
      return Self.stretches(lower, upper).map { lower, upper in
        .area(from: lower, to: upper, in: axes, class: look + style(index))
      }
    }
  }

  /// The parts of a layer in which it has an extent, so that it leaves no line where it has none.
  private static func stretches(_ lower: StepSeries, _ upper: StepSeries) -> [(StepSeries, StepSeries)] {
    let thick = lower.values.indices.filter { upper.values[$0] > lower.values[$0] }
    var runs: [Range<Int>] = []
    for index in thick {
      if let last = runs.last, last.upperBound == index {
        runs[runs.count - 1] = last.lowerBound..<index + 1
      } else {
        runs.append(index..<index + 1)
      }
    }
    return runs.map { (lower.part($0), upper.part($0)) }
  }
}

extension StepSeries {
  func part(_ range: Range<Int>) -> StepSeries {
    StepSeries(bounds: Array(bounds[range.lowerBound...range.upperBound]), values: Array(values[range]))
  }
}
