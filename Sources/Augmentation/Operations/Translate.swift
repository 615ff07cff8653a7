extension Operation {
  /// Moves the image to the left by so many pixels, to the right where negative; a search's magnitude is one pixel.
  ///
  /// Pixels go whole: a fraction is rounded to the nearest, half up, as Pillow's nearest-neighbour transform has it: it
  /// cuts off the old place of the first pixel's middle, in 16.16 fixed point.
  public static let translateX = Operation(
    name: "TranslateX", unit: .pixels, parameters: translations, isSigned: true, scale: { Double($0) },
    movement: { arguments, _, _ in
      ProjectiveMap(AffineMap(a: 1, b: 0, c: Double(wholePixels(arguments.parameter)), d: 0, e: 1, f: 0))
    }
  ) { canvas, arguments in
    canvas.slideRows(start: fixedPoint(arguments.parameter + 0.5), step: 0)
  }

  /// Moves the image up by so many pixels, down where negative; a search's magnitude is one pixel.
  public static let translateY = Operation(
    name: "TranslateY", unit: .pixels, parameters: translations, isSigned: true, scale: { Double($0) },
    movement: { arguments, _, _ in
      ProjectiveMap(AffineMap(a: 1, b: 0, c: 0, d: 0, e: 1, f: Double(wholePixels(arguments.parameter))))
    }
  ) { canvas, arguments in
    let shift = wholePixels(arguments.parameter)
    for y in 0..<canvas.height {
      canvas.copyRow(y, from: y + shift, shift: 0)
    }
    canvas.swapBuffers()
  }
}

/// By how many pixels a translation moves.
private func wholePixels(_ parameter: Double) -> Int { fixedPoint(parameter + 0.5) >> 16 }

/// No image is larger than this.
private let translations = -65536.0...65536.0
