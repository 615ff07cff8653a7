extension Operation {
  /// Slides each row sideways by a share of its distance from the top; a search's magnitude is 0.03.
  public static let shearX = Operation(
    name: "ShearX", unit: .slope, parameters: slopes, isSigned: true, scale: slope,
    movement: { arguments, _, _ in
      ProjectiveMap(AffineMap(a: 1, b: arguments.parameter, c: 0, d: 0, e: 1, f: 0))
    }
  ) { canvas, arguments in
    // A column of the new image is a whole column of the old, so a row moves as one piece.
    canvas.slideRows(
      start: fixedPoint(0.5 + arguments.parameter * 0.5), step: fixedPoint(arguments.parameter))
  }

  /// Slides each column up or down by a share of its distance from the left; a search's magnitude is 0.03.
  public static let shearY = Operation(
    name: "ShearY", unit: .slope, parameters: slopes, isSigned: true, scale: slope,
    movement: { arguments, _, _ in ProjectiveMap(shearColumns(slope: arguments.parameter)) }
  ) { canvas, arguments in
    if let kernels = canvas.kernels {
      // Columns move as one piece, too.
      kernels.slide_columns(
        canvas.pixels, canvas.spare, canvas.width, canvas.height,
        Int64(fixedPoint(arguments.parameter * 0.5 + 0.5)), Int64(fixedPoint(arguments.parameter)))
      return canvas.swapBuffers()
    }
    canvas.resample(shearColumns(slope: arguments.parameter))
  }
}

private func shearColumns(slope: Double) -> AffineMap {
  AffineMap(a: 1, b: 0, c: 0, d: slope, e: 1, f: 0)
}

private let slopes = -100.0...100.0

@Sendable private func slope(_ magnitude: Int) -> Double { Double(magnitude) * 0.3 / 10 }
