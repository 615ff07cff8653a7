extension Operation {
  /// Blanks a square of so many pixels a side about the centre: grey, and transparent.
  ///
  /// The side is rounded down to an even number. A search's magnitude adds two pixels to it.
  public static let cutout = Operation(
    name: "Cutout", unit: .pixels, parameters: 0...65536, usesCenter: true, grain: 2,
    scale: { Double(2 * $0) }
  ) { canvas, arguments in
    let reach = Int(arguments.parameter) / 2
    let columns = cutoutRange(center: arguments.center.x, reach: reach, limit: canvas.width)
    let rows = cutoutRange(center: arguments.center.y, reach: reach, limit: canvas.height)
    for y in rows {
      (canvas.pixels + y * canvas.width + columns.lowerBound).update(repeating: fill, count: columns.count)
    }
  }
}

/// The colour (125, 122, 113) with alpha 0.
private let fill: Canvas.Pixel = 125 | 122 << 8 | 113 << 16

/// Returns the places center - reach ..< center + reach that lie in 0..<limit.
func cutoutRange(center: Int, reach: Int, limit: Int) -> Range<Int> {
  // A centre further away than this touches nothing either, and cannot overflow.
  let near = min(max(center, -reach), limit + reach)
  let first = max(near - reach, 0)
  return min(first, limit)..<max(min(near + reach, limit), min(first, limit))
}

/// Returns the largest share of an image that a square of Cutout can cover, 0 to 1; its side goes down to an even number.
public func cutoutShare(side: Int, width: Int, height: Int) -> Double {
  let even = side / 2 * 2
  let covered = Double(min(even, width)) * Double(min(even, height))
  return covered / max(Double(width) * Double(height), 1)
}
