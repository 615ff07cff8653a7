#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

extension Operation {
  /// Turns the image about its middle, counter-clockwise where positive; a search's magnitude is 3 degrees.
  public static let rotate = Operation(
    name: "Rotate", unit: .degrees, parameters: -360...360, isSigned: true, scale: { Double(3 * $0) },
    movement: { ProjectiveMap(turn(degrees: $0.parameter, width: $1, height: $2)) }
  ) { canvas, arguments in
    let map = turn(degrees: arguments.parameter, width: canvas.width, height: canvas.height)
    if map != .identity { canvas.resample(map) }
  }
}

private func turn(degrees: Double, width: Int, height: Int) -> AffineMap {
  let (cosine, sine) = rotation(degrees: degrees)
  guard sine != 0 || cosine != 1 else { return .identity }
  let (middleX, middleY) = (Double(width) / 2, Double(height) / 2)
  return AffineMap(
    a: cosine, b: -sine, c: cosine * -middleX + -sine * -middleY + middleX,
    d: sine, e: cosine, f: sine * -middleX + cosine * -middleY + middleY)
}

/// Returns cosine and sine of an angle to 15 decimals, the precision to which Pillow rounds them.
///
/// The rounding also takes away the last digit, in which the functions of different machines may differ.
private func rotation(degrees: Double) -> (cosine: Double, sine: Double) {
  // Pillow takes the angle in 0..<360.
  let turned = degrees.truncatingRemainder(dividingBy: 360)
  let radians = (turned < 0 ? turned + 360 : turned) * (.pi / 180)
  func rounded(_ value: Double) -> Double { (value * 1e15).rounded(.toNearestOrEven) / 1e15 }
  return (rounded(cos(radians)), rounded(sin(radians)))
}
