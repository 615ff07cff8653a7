extension Operation {
  /// Mirrors the image, so that left becomes right: Pillow's `transpose(FLIP_LEFT_RIGHT)`.
  public static let flipHorizontal = Operation(
    name: "FlipHorizontal", unit: .none,
    movement: { _, width, _ in
      ProjectiveMap(AffineMap(a: -1, b: 0, c: Double(width), d: 0, e: 1, f: 0))
    }
  ) { canvas, _ in
    let (width, height) = (canvas.width, canvas.height)
    for y in 0..<height {
      let (source, target) = (canvas.pixels + y &* width, canvas.spare + y &* width)
      for x in 0..<width { target[x] = source[width &- 1 &- x] }
    }
    canvas.swapBuffers()
  }

  /// Mirrors the image, so that top becomes bottom: Pillow's `transpose(FLIP_TOP_BOTTOM)`.
  public static let flipVertical = Operation(
    name: "FlipVertical", unit: .none,
    movement: { _, _, height in
      ProjectiveMap(AffineMap(a: 1, b: 0, c: 0, d: 0, e: -1, f: Double(height)))
    }
  ) { canvas, _ in
    for y in 0..<canvas.height {
      canvas.copyRow(y, from: canvas.height - 1 - y, shift: 0)
    }
    canvas.swapBuffers()
  }
}
