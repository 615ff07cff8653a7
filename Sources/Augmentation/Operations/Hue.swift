extension Operation {
  /// Turns the colour circle by a share of a whole turn, from red to green where positive; alpha stays.
  ///
  /// As torchvision's `adjust_hue` on PIL images: through Pillow's mode HSV, in which each of hue, saturation and value is a
  /// byte, so that even a turn of 0 changes colours by some levels. A search's magnitude is 0.02 turns.
  public static let hue = Operation(
    name: "Hue", unit: .turns, parameters: -0.5...0.5, isSigned: true, scale: { Double($0) * 0.02 }
  ) { canvas, arguments in
    // torchvision cuts off, and lets the byte overflow.
    let turn = UInt32(UInt8(truncatingIfNeeded: Int(arguments.parameter * 255)))
    if let kernels = canvas.kernels { return kernels.turn_hue(canvas.pixels, canvas.area, turn) }
    let (pixels, area) = (canvas.pixels, canvas.area)
    for index in 0..<area {
      let pixel = pixels[index]
      pixels[index] = turned(pixel, by: turn) | (pixel & Canvas.alphaMask)
    }
  }
}

/// Returns the colours of a pixel whose hue, a byte, has had a number added to it.
@inline(__always)
private func turned(_ pixel: Canvas.Pixel, by turn: UInt32) -> Canvas.Pixel {
  let (red, green, blue) = (pixel & 255, pixel >> 8 & 255, pixel >> 16 & 255)
  let most = max(red, max(green, blue))
  let span = most &- min(red, min(green, blue))
  // A grey has no hue.
  guard span > 0 else { return most | most << 8 | most << 16 }
  let hue = (hueByte(red: red, green: green, blue: blue, most: most, span: span) &+ turn) & 255
  let saturation = 255 &* span / most
  func channel(_ offset: UInt32) -> UInt32 {
    value(most, saturation: saturation, hue: hue, offset: offset)
  }
  return channel(425) | channel(255) << 8 | channel(85) << 16
}

/// Returns Pillow's hue of a colour, 0...254: single precision up to the sixth of the circle, then double.
///
/// Which side of an integer the numbers fall on is a matter of their rounding, so the steps are Pillow's.
@inline(__always)
private func hueByte(red: UInt32, green: UInt32, blue: UInt32, most: UInt32, span: UInt32) -> UInt32 {
  // The distances of the two lesser channels from the greatest; one of the two is the span.
  let (first, second, base): (UInt32, UInt32, Float) =
    red == most
    ? (most &- blue, most &- green, 0)
    : green == most ? (most &- red, most &- blue, 2) : (most &- green, most &- red, 4)
  let sixths =
    second == span
    ? base - 1 + Float(first) / Float(span) : base + 1 - Float(second) / Float(span)
  let turns = Double(sixths) / 6 + 1
  return UInt32(Double(Float(turns >= 1 ? turns - 1 : turns)) * 255)
}

/// Returns one channel of a colour, 0...255, from its bytes of hue, saturation and value.
///
/// Hue is counted in 510ths of the circle, of which a channel rises and falls within 85 each. The quotient is rounded to the
/// nearest; no remainder is a half.
@inline(__always)
private func value(_ value: UInt32, saturation: UInt32, hue: UInt32, offset: UInt32) -> UInt32 {
  let place = Int32(truncatingIfNeeded: (2 &* hue &+ offset) % 510)
  let distance = UInt32(truncatingIfNeeded: max(0, min(85, min(place, 340 &- place))))
  return (21675 &* value &- value &* saturation &* distance &+ 10837) / 21675
}
