extension Operation {
  /// Mixes the image with its grey version: paler below factor 1, more colourful above.
  public static let color = Enhance.operation("Color") { canvas, factor in
    if let kernels = canvas.kernels { return kernels.mix_luma(canvas.pixels, canvas.area, factor) }
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
