import CPixels

extension Operation {
  /// Shows the image as a sheet seen from a random direction; a search's magnitude is 0.05.
  ///
  /// Its corners move inwards, each by random shares, at most half the parameter, of the image's width and height.
  /// The geometry is that of torchvision's `RandomPerspective`, but the corners are those of the image, not the middles of
  /// its corner pixels, and shares are real numbers. Pixels are those of Pillow's `transform(PERSPECTIVE, NEAREST)` with the
  /// eight coefficients of ``movement``. Around the sheet there is no data.
  ///
  /// The first eight numbers in 0..<1 of ``OperationArguments/random``, times half the parameter, are the shares of upper
  /// left x and y, upper right x and y, lower right x and y, lower left x and y. Up to 0.6 such corners are those of a convex
  /// quadrilateral.
  public static let perspective = Operation(
    name: "Perspective", unit: .share, parameters: 0...0.6, usesKey: true, scale: { Double($0) * 0.05 },
    movement: sheet
  ) { canvas, arguments in
    let map = sheet(arguments, width: canvas.width, height: canvas.height)
    if map != .identity { canvas.project(map) }
  }
}

/// The corners of a quadrilateral in a unit square: upper left, upper right, lower right, lower left.
private typealias Corners = (
  (x: Double, y: Double), (x: Double, y: Double), (x: Double, y: Double), (x: Double, y: Double)
)

@Sendable private func sheet(_ arguments: OperationArguments, width: Int, height: Int) -> ProjectiveMap {
  guard arguments.parameter > 0 else { return .identity }
  var random = arguments.random
  func share() -> Double { random.uniform() * arguments.parameter / 2 }
  while true {
    let corners: Corners = (
      (share(), share()), (1 - share(), share()), (1 - share(), 1 - share()), (share(), 1 - share())
    )
    if let map = inverseMap(of: corners, width: Double(width), height: Double(height)) { return map }
  }
}

/// Returns the map from an image to the sheet whose corners are seen in it.
///
/// P. Heckbert, "Fundamentals of Texture Mapping and Image Warping", 1989, chapter 2: the map from the unit square to a
/// quadrilateral, and its adjoint matrix, which is the inverse map. There is none of this form, and nil is returned, where the
/// horizon of the sheet goes through the upper left corner of the image.
private func inverseMap(of corners: Corners, width: Double, height: Double) -> ProjectiveMap? {
  let (first, second, third, fourth) = corners
  let (right, up) = (second.x - third.x, second.y - third.y)
  let (left, down) = (fourth.x - third.x, fourth.y - third.y)
  let rest = (
    x: first.x - second.x + third.x - fourth.x, y: first.y - second.y + third.y - fourth.y
  )
  let area = right * down - left * up
  let g = (rest.x * down - left * rest.y) / area
  let h = (right * rest.y - rest.x * up) / area
  let (a, b, c) = (second.x - first.x + g * second.x, fourth.x - first.x + h * fourth.x, first.x)
  let (d, e, f) = (second.y - first.y + g * second.y, fourth.y - first.y + h * fourth.y, first.y)
  let scale = a * e - b * d
  guard abs(scale) > 1e-4 else { return nil }
  // Columns of the adjoint matrix belong to x, y and 1 of the image, rows to those of the sheet.
  return ProjectiveMap(
    AffineMap(
      a: (e - f * h) / scale, b: (c * h - b) / scale * width / height, c: (b * f - c * e) / scale * width,
      d: (f * g - d) / scale * height / width, e: (a - c * g) / scale, f: (c * d - a * f) / scale * height),
    g: (d * h - e * g) / scale / width, h: (b * g - a * h) / scale / height)
}

extension Canvas {
  /// Moves every pixel by nearest neighbour under a projective map, in double precision and in Pillow's order of additions.
  fileprivate mutating func project(_ map: ProjectiveMap) {
    let (width, height) = (width, height)
    let affine = map.affine
    if let kernels {
      let coefficients = cpixels_projection(
        a: affine.a, b: affine.b, c: affine.c, d: affine.d, e: affine.e, f: affine.f, g: map.g, h: map.h)
      kernels.project(pixels, spare, width, height, coefficients)
      return swapBuffers()
    }
    let (source, limitX, limitY) = (pixels, Double(width), Double(height))
    for y in 0..<height {
      let target = spare + y &* width
      let row = Double(y) + 0.5
      for x in 0..<width {
        // A place at the horizon is no number, or infinite, and lies in no image.
        let place = map.place(x: Double(x) + 0.5, y: row)
        let isInside = place.x >= 0 && place.x < limitX && place.y >= 0 && place.y < limitY
        target[x] = isInside ? source[Int(place.y) &* width &+ Int(place.x)] : 0
      }
    }
    swapBuffers()
  }
}
