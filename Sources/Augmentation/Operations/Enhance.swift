/// The family of operations that mix the image with a degenerate version of itself.
///
/// At factor 0 only the degenerate version is seen, at factor 1 only the image; a factor above 1 goes beyond it.
enum Enhance {
  /// Makes an operation of the family; a search's magnitudes run from factor 0.1 at 0 to 1.72 at 9.
  static func operation(
    _ name: String, mix: @escaping @Sendable (_ canvas: inout Canvas, _ factor: Float) -> Void
  ) -> Operation {
    Operation(name: name, unit: .factor, parameters: 0...100, scale: { Double($0) * 1.8 / 10 + 0.1 }) {
      canvas, arguments in
      let factor = Float(arguments.parameter)
      if factor != 1 { mix(&canvas, factor) }
    }
  }

  /// Returns the mixture of two values in 0...255, truncated and kept in 0...255.
  ///
  /// Single-precision arithmetic in this order, because Pillow truncates what this order leaves.
  @inline(__always)
  static func blend(_ degenerate: UInt32, _ value: UInt32, _ factor: Float) -> UInt32 {
    let start = Int32(truncatingIfNeeded: degenerate)
    let difference = Int32(truncatingIfNeeded: value) &- start
    var mixture = Float(start) + factor * Float(difference)
    mixture = mixture < 0 ? 0 : mixture
    mixture = mixture > 255 ? 255 : mixture
    // Adding 2²³ rounds to the nearest integer and leaves it in the low bits. This is truncation once an upward
    // rounding is taken back, and unlike a conversion it needs no range check, which would bar vector code.
    let rounded = mixture + 0x1p23
    let excess: UInt32 = rounded - 0x1p23 > mixture ? 1 : 0
    return (rounded.bitPattern &- excess) & 255
  }

  /// Returns the brightness of a pixel in 0...255 (ITU-R 601-2, in 16-bit fixed point).
  @inline(__always)
  static func luma(_ pixel: Canvas.Pixel) -> UInt32 {
    let (red, green, blue) = (pixel & 255, pixel >> 8 & 255, pixel >> 16 & 255)
    return (19595 &* red &+ 38470 &* green &+ 7471 &* blue &+ 32768) >> 16
  }
}

extension Canvas {
  /// Mixes every colour value with one grey level; alpha stays.
  func blend(withGrey grey: UInt32, factor: Float) {
    if let kernels { return kernels.mix_grey(pixels, area, grey, factor) }
    for value in 0..<256 {
      tables[value] = UInt8(
        truncatingIfNeeded: Enhance.blend(grey, UInt32(truncatingIfNeeded: value), factor))
    }
    applyTable()
  }
}
