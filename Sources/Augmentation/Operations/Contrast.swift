extension Operation {
  /// Mixes the image with its mean grey: flatter below factor 1, harder above.
  public static let contrast = Enhance.operation("Contrast") { canvas, factor in
    canvas.blend(withGrey: meanLuma(of: canvas), factor: factor)
  }
}

private func meanLuma(of canvas: borrowing Canvas) -> UInt32 {
  let total = canvas.kernels?.sum_luma(canvas.pixels, canvas.area) ?? sumOfLumas(of: canvas)
  return UInt32(Double(total) / Double(canvas.area) + 0.5)
}

private func sumOfLumas(of canvas: borrowing Canvas) -> UInt64 {
  var total: UInt64 = 0
  for y in 0..<canvas.height {
    let row = canvas.pixels + y &* canvas.width
    var sum: UInt32 = 0
    for x in 0..<canvas.width {
      sum &+= Enhance.luma(row[x])
    }
    total &+= UInt64(sum)
  }
  return total
}
