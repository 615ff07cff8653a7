extension Operation {
  /// Mixes the image with its mean grey: flatter below magnitude 5, harder above.
  public static let contrast = Operation(name: "Contrast") { canvas, arguments in
    guard let factor = Enhance.factor(arguments) else { return }
    canvas.blend(withGrey: meanLuma(of: canvas), factor: factor)
  }
}

private func meanLuma(of canvas: borrowing Canvas) -> UInt32 {
  var total = 0
  for y in 0..<canvas.height {
    let row = canvas.pixels + y &* canvas.width
    var sum: UInt32 = 0
    for x in 0..<canvas.width {
      sum &+= Enhance.luma(row[x])
    }
    total &+= Int(sum)
  }
  return UInt32(Double(total) / Double(canvas.area) + 0.5)
}
