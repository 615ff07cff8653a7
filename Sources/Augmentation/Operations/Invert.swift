extension Operation {
  /// Turns every colour value c into 255 - c; the magnitude means nothing.
  public static let invert = Operation(name: "Invert", usesMagnitude: false) { canvas, _ in
    for index in 0..<canvas.area {
      canvas.pixels[index] = ~canvas.pixels[index] | Canvas.alphaMask
    }
  }
}
