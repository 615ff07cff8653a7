extension Operation {
  /// Mixes the image with black: darker below magnitude 5, brighter above.
  public static let brightness = Operation(name: "Brightness") { canvas, arguments in
    guard let factor = Enhance.factor(arguments) else { return }
    canvas.blend(withGrey: 0, factor: factor)
  }
}
