extension Operation {
  /// Turns every colour value c into 255 - c.
  public static let invert = Operation(name: "Invert", unit: .none) { canvas, _ in
    if let kernels = canvas.kernels { return kernels.invert(canvas.pixels, canvas.area) }
    for index in 0..<canvas.area {
      canvas.pixels[index] = ~canvas.pixels[index] | Canvas.alphaMask
    }
  }
}
