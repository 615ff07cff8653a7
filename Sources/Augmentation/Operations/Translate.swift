extension Operation {
  /// Moves the image to the left by one pixel per magnitude, to the right where negative.
  public static let translateX = Operation(name: "TranslateX", isSigned: true) { canvas, arguments in
    for y in 0..<canvas.height {
      canvas.copyRow(y, from: y, shift: distance(arguments))
    }
    canvas.swapBuffers()
  }

  /// Moves the image up by one pixel per magnitude, down where negative.
  public static let translateY = Operation(name: "TranslateY", isSigned: true) { canvas, arguments in
    for y in 0..<canvas.height {
      canvas.copyRow(y, from: y + distance(arguments), shift: 0)
    }
    canvas.swapBuffers()
  }
}

private func distance(_ arguments: OperationArguments) -> Int {
  arguments.isNegative ? -arguments.magnitude : arguments.magnitude
}
