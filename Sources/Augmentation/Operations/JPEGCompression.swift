extension Operation {
  /// Changes colours as writing and reading a JPEG file does; a search's magnitudes mean quality 95 at 0 down to 5 at 9.
  ///
  /// The parameter is the quality, 1 to 100, rounded to a whole number. The bytes are those of Pillow's
  /// `save(format="JPEG", quality=…)` with the libjpeg-turbo that it brings, and of reading that again: ITU-T T.81 with
  /// the tables of its annex K, chroma of half the size, libjpeg's accurate integer transforms (`islow`) and its smooth
  /// enlargement of chroma. What is lossless, the coding of the numbers, is left out. Alpha stays and takes no part: pixels
  /// without data count by their colour.
  public static let jpegCompression = Operation(
    name: "JPEGCompression", unit: .quality, parameters: 1...100, scale: { Double(95 - 10 * $0) }
  ) { canvas, arguments in
    canvas.compress(quality: Int(arguments.parameter.rounded()))
  }
}

extension Canvas {
  /// Passes the image through the lossy steps of JPEG, 16 rows at a time.
  ///
  /// The last row of 16 waits for the next ones, as its chroma is mixed with theirs.
  fileprivate func compress(quality: Int) {
    let band = JPEGBand(memory: bands, width: width, height: height, kernels: kernels)
    JPEGQuantiser.withSteps(quality: quality) { luma, chroma in
      for top in stride(from: 0, to: height, by: JPEGBand.rows) {
        if top > 0 { band.keepLastRows() }
        band.load(pixels, top: top)
        band.transform(luma: luma, chroma: chroma)
        let isLast = top + JPEGBand.rows >= height
        let end = isLast ? height : top + JPEGBand.rows - 1
        for y in max(top - 1, 0)..<end { band.store(row: y, top: top, to: pixels + y * width) }
      }
    }
  }
}
