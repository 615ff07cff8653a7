extension Operation {
  /// Enlarges the image about its middle to 1 + p times its size, or shrinks it to 1 / (1 + p) of it where the parameter
  /// is -p; a search's magnitude is 0.05.
  ///
  /// Pillow's `transform(AFFINE, NEAREST)`. What leaves the image is lost; around a smaller one there is no data.
  public static let zoom = Operation(
    name: "Zoom", unit: .enlargement, parameters: -9...9, isSigned: true, scale: { Double($0) * 0.05 },
    movement: { ProjectiveMap(enlargement($0.parameter, width: $1, height: $2)) }
  ) { canvas, arguments in
    let map = enlargement(arguments.parameter, width: canvas.width, height: canvas.height)
    if map != .identity { canvas.stretch(map) }
  }
}

private func enlargement(_ parameter: Double, width: Int, height: Int) -> AffineMap {
  let step = parameter > 0 ? 1 / (1 + parameter) : 1 - parameter
  return AffineMap(
    a: step, b: 0, c: Double(width) / 2 * (1 - step), d: 0, e: step, f: Double(height) / 2 * (1 - step))
}

extension Canvas {
  /// Moves every pixel by nearest neighbour under a map that keeps rows rows and columns columns.
  ///
  /// Pillow walks through such a map by adding up in double precision; the rounding decides which neighbour a place half-way
  /// takes, so the arithmetic here is the same.
  fileprivate mutating func stretch(_ map: AffineMap) {
    let (width, height, columns) = (width, height, columns)
    var (first, end) = (width, 0)
    var place = map.c + map.a * 0.5
    for x in 0..<width {
      if place >= 0, place < Double(width) {
        first = min(first, x)
        end = x &+ 1
        columns[x] = UInt32(place)
      }
      place += map.a
    }
    first = min(first, end)
    var row = map.f + map.e * 0.5
    for y in 0..<height {
      let target = spare + y &* width
      if row >= 0, row < Double(height) {
        let source = pixels + Int(row) &* width
        target.update(repeating: 0, count: first)
        for x in first..<end { target[x] = source[Int(columns[x])] }
        (target + end).update(repeating: 0, count: width &- end)
      } else {
        target.update(repeating: 0, count: width)
      }
      row += map.e
    }
    swapBuffers()
  }
}
