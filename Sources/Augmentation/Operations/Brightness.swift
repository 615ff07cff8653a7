extension Operation {
  /// Mixes the image with black: darker below factor 1, brighter above.
  public static let brightness = Enhance.operation("Brightness") { canvas, factor in
    canvas.blend(withGrey: 0, factor: factor)
  }
}
