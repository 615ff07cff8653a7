import Text

/// What a timeline falls back on where it is not known when each stretch was trained: seconds, added up in bars.
struct SecondsByGroup {
  let timeline: Timeline

  var figure: Figure {
    var order: [String] = []
    var sums: [String: Double] = [:]
    for stretch in timeline.stretches {
      if sums[stretch.group] == nil { order.append(stretch.group) }
      sums[stretch.group, default: 0] += stretch.seconds
    }
    let values = order.map { sums[$0] ?? 0 }
    let frame = Frame(x: Timeline.left, y: 44, width: Timeline.plotWidth, height: 200)
    let axes = Axes(
      in: frame, x: 0...Double(order.count), y: 0...LinearScale.roundEnd(over: values.max() ?? 1))
    let bars = values.enumerated().map { index, value in
      let (left, right, top) = (axes.x(Double(index) + 0.1), axes.x(Double(index) + 0.9), axes.y(value))
      return [
        Point(left, frame.bottom), Point(left, top), Point(right, top), Point(right, frame.bottom),
      ]
    }
    let name = timeline.groupName
    return Figure(
      caption:
        "Seconds of training and evaluation by \(name), added up over all that was trained. At least a part of the run was "
        + "made by a version of pba that did not record when each part began.",
      drawing: Drawing(
        width: Timeline.width, height: 300, title: "Seconds by \(name)",
        description: "\(duration(withTenths: values.reduce(0, +))) in all.",
        elements: [.text("Seconds by \(name)", at: Point(frame.x, 24), size: 14, class: "ink strong")]
          + axes.elements(xTicks: min(order.count, 10), yTicks: 4, xName: name)
          + [.group(bars.map { .path($0, class: "bar accent", isClosed: true) }, class: "seconds")]),
      table: FigureTable(
        heads: [name, "seconds"], rows: zip(order, values).map { [$0, decimal($1, 1)] }))
  }
}
