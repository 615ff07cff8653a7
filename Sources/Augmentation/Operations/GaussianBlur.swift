import CPixels

extension Operation {
  /// Smooths the image by a Gaussian function with so many pixels of standard deviation; a search's magnitude is 0.2.
  ///
  /// Three means over a box of pixels come close to it, first along the rows, then along the columns. The bytes are those
  /// of Pillow's `ImageFilter.GaussianBlur` on an opaque image, since alpha stays and takes no part: pixels without data
  /// count by their colour. A length that is carried over to another size of images is not rounded.
  public static let gaussianBlur = Operation(
    name: "GaussianBlur", unit: .pixels, parameters: 0...65536, grain: 0, scale: { Double($0) / 5 }
  ) { canvas, arguments in
    let box = BlurBox(deviation: Float(arguments.parameter))
    guard box.width > 0 else { return }
    let (width, height) = (canvas.width, canvas.height)
    if let kernels = canvas.kernels, box.radius <= CPIXELS_LARGEST_BOX {
      let weights = cpixels_box(radius: box.radius, inner: box.inner, outer: box.outer)
      return kernels.blur(canvas.pixels, canvas.spare, width, height, weights)
    }
    for pass in 0..<2 * BlurBox.passes {
      if pass < BlurBox.passes {
        for y in 0..<height { canvas.smoothLine(from: y * width, step: 1, count: width, by: box) }
      } else {
        for x in 0..<width { canvas.smoothLine(from: x, step: width, count: height, by: box) }
      }
      canvas.swapBuffers()
    }
  }
}

/// A box of pixels in a line, whose ends are no whole pixels: a mean over it, some times over, is close to a Gaussian.
///
/// Gwosdek, Grewenig, Bruhn and Weickert, "Theoretical foundations of Gaussian convolution by extended box filtering", 2011,
/// equations 7, 11 and 14, in the precision that Pillow computes with.
struct BlurBox {
  /// How often the mean is taken.
  static let passes = 3
  /// The half width of the box, in pixels.
  let width: Float
  /// The whole pixels to each side of the middle.
  let radius: Int
  /// The share of a whole pixel in the mean, and of those at the ends, in 2⁻²⁴.
  let inner, outer: UInt32

  init(deviation: Float) {
    let variance = deviation * deviation / Float(Self.passes)
    let length = Float((12 * Double(variance) + 1).squareRoot())
    let whole = Float(((Double(length) - 1) / 2).rounded(.down))
    var rest = (2 * whole + 1) * (whole * (whole + 1) - 3 * variance)
    rest /= 6 * (variance - (whole + 1) * (whole + 1))
    width = whole + rest
    radius = Int(width)
    inner = UInt32(Float(1 << 24) / (width * 2 + 1))
    outer = ((1 << 24) - UInt32(2 * radius + 1) * inner) / 2
  }
}

extension Canvas {
  private typealias Sums = SIMD4<UInt32>

  private static func values(_ pixel: Pixel) -> Sums {
    Sums(pixel & 255, pixel >> 8 & 255, pixel >> 16 & 255, 0)
  }

  /// Writes to `spare` the means of a line of pixels; beyond its ends the outermost pixels go on.
  ///
  /// - Parameters:
  ///   - start: the place of the first pixel.
  ///   - step: the places from one pixel to the next.
  ///   - count: the number of pixels.
  ///   - box: the box about each pixel.
  fileprivate func smoothLine(from start: Int, step: Int, count: Int, by box: BlurBox) {
    let (source, target, last, radius) = (pixels + start, spare + start, count - 1, box.radius)
    func values(_ index: Int) -> Sums { Self.values(source[min(max(index, 0), last) &* step]) }
    // The box about the place before the first: what lies before the line, then its first pixels, then what lies behind.
    var sums = values(0) &* UInt32(radius + 1)
    for index in 0..<min(radius, count) { sums &+= values(index) }
    sums &+= values(last) &* UInt32(max(radius - count, 0))
    for index in 0..<count {
      let left = values(index &- radius &- 1)
      sums = sums &+ values(index &+ radius) &- left
      let ends = left &+ values(index &+ radius &+ 1)
      let means = (sums &* box.inner &+ ends &* box.outer &+ 1 << 23) &>> 24
      target[index &* step] =
        means[0] | means[1] << 8 | means[2] << 16 | source[index &* step] & Self.alphaMask
    }
  }
}
