extension Operation {
  /// Slides each row sideways by 0.03 of its distance from the top per magnitude.
  public static let shearX = Operation(name: "ShearX", isSigned: true) { canvas, arguments in
    let slope = shearSlope(arguments)
    // A column of the new image is a whole column of the old, so a row moves as one piece.
    let rowStep = fixedPoint(slope)
    var start = fixedPoint(0.5 + slope * 0.5)
    for y in 0..<canvas.height {
      canvas.copyRow(y, from: y, shift: start >> 16)
      start &+= rowStep
    }
    canvas.swapBuffers()
  }

  /// Slides each column up or down by 0.03 of its distance from the left per magnitude.
  public static let shearY = Operation(name: "ShearY", isSigned: true) { canvas, arguments in
    canvas.resample(Canvas.AffineMap(a: 1, b: 0, c: 0, d: shearSlope(arguments), e: 1, f: 0))
  }
}

private func shearSlope(_ arguments: OperationArguments) -> Double {
  Double(arguments.magnitude) * 0.3 / 10 * (arguments.isNegative ? -1 : 1)
}
