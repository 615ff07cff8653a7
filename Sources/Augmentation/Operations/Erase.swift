extension Operation {
  /// Fills a rectangle at a random place with noise; the parameter is its share of the image, a search's magnitude 0.04.
  ///
  /// After Zhong, Zheng, Kang, Li and Yang, "Random erasing data augmentation", 2017 (its variant RE-R), with draws of its
  /// own: see `ErasedRectangle`. Each pixel of it has three random bytes and is opaque, as noise is data.
  public static let erase = Operation(
    name: "Erase", unit: .share, parameters: 0...1, usesKey: true, scale: { Double($0) / 25 }
  ) { canvas, arguments in
    var random = arguments.random
    let drawn = ErasedRectangle(
      share: arguments.parameter, width: canvas.width, height: canvas.height, using: &random)
    guard !drawn.columns.isEmpty, !drawn.rows.isEmpty else { return }
    if let kernels = canvas.kernels {
      return kernels.fill_noise(
        canvas.pixels, canvas.width, drawn.columns.lowerBound, drawn.rows.lowerBound, drawn.columns.count,
        drawn.rows.count, arguments.key)
    }
    let noise = PixelNoise(arguments)
    for y in drawn.rows {
      for x in drawn.columns {
        let index = y &* canvas.width &+ x
        canvas.pixels[index] = noise.words(at: index)[0] | Canvas.alphaMask
      }
    }
  }
}

/// A rectangle of random shape and place in an image.
///
/// Of four numbers in this order: how often one side has the length of the other, uniform in 1 to 10/3; whether that is the
/// height or the width, with equal chances; the row and the column of its corner, uniform among all places where the whole
/// rectangle is in the image. A side that would be longer than the image is as long, and the other so long that the area is
/// that of the share. Both are then rounded to whole pixels, halves up.
struct ErasedRectangle {
  let columns: Range<Int>
  let rows: Range<Int>

  init(share: Double, width: Int, height: Int, using random: inout RandomStream) {
    let ratio = 1 + 7 * random.uniform() / 3
    let isHigh = random.uniform() < 0.5
    let area = share * Double(width) * Double(height)
    let wished = (isHigh ? area * ratio : area / ratio).squareRoot()
    let high = min(max(wished, area / Double(width)), Double(height))
    let wide = high > 0 ? min(area / high, Double(width)) : 0
    let (rowCount, columnCount) = (Int(high + 0.5), Int(wide + 0.5))
    let top = random.uniform(below: height - rowCount + 1)
    let left = random.uniform(below: width - columnCount + 1)
    (rows, columns) = (top..<top + rowCount, left..<left + columnCount)
  }
}
