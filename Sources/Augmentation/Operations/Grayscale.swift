extension Operation {
  /// Gives every pixel its brightness in all three channels; alpha stays.
  ///
  /// The brightness is that of Pillow's `convert("L")` (ITU-R 601-2), as in torchvision's `to_grayscale` on PIL images.
  public static let grayscale = Operation(name: "Grayscale", unit: .none) { canvas, _ in
    if let kernels = canvas.kernels { return kernels.make_grey(canvas.pixels, canvas.area) }
    let (pixels, area) = (canvas.pixels, canvas.area)
    for index in 0..<area {
      let pixel = pixels[index]
      let grey = Enhance.luma(pixel)
      pixels[index] = grey | grey << 8 | grey << 16 | (pixel & Canvas.alphaMask)
    }
  }
}
