extension Operation {
  /// Mixes the image with its grey version: paler below magnitude 5, more colourful above.
  public static let color = Operation(name: "Color") { canvas, arguments in
    guard let factor = Enhance.factor(arguments) else { return }
    let (pixels, area) = (canvas.pixels, canvas.area)
    for index in 0..<area {
      let pixel = pixels[index]
      let grey = Enhance.luma(pixel)
      pixels[index] =
        Enhance.blend(grey, pixel & 255, factor) | Enhance.blend(grey, pixel >> 8 & 255, factor) << 8
        | Enhance.blend(grey, pixel >> 16 & 255, factor) << 16 | (pixel & Canvas.alphaMask)
    }
  }
}
