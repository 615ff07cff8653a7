import Augmentation
import Images
import Testing

/// GaussianBlur, beside the comparison with Pillow of all sizes and radii.
@Suite struct BlurTests {
  /// The bytes that Pillow 13.0 makes of noise.
  static let ofPillow: [(deviation: Double, colors: [UInt8])] = [
    (
      0.8,
      [
        86, 54, 74, 81, 63, 80, 119, 65, 119, 63, 59, 168, 82, 109, 122, 98, 108, 144, 117, 116, 163, 76, 109,
        138, 138, 128, 122, 107, 161, 132, 80, 187, 160, 90, 187, 162,
      ]
    ),
    (
      3,
      [
        101, 104, 123, 98, 106, 126, 94, 108, 131, 91, 110, 134, 101, 107, 123, 98, 109, 127, 95, 111, 132,
        92,
        113, 135, 102, 110, 124, 99, 111, 128, 96, 114, 132, 93, 116, 136,
      ]
    ),
  ]

  @Test func theBytesAreThoseOfPillow() {
    let image = noiseImage(width: 4, height: 3, seed: 2)
    for (deviation, colors) in Self.ofPillow {
      let blurred = image.applying(.gaussianBlur, parameter: deviation)
      #expect(Array(blurred.colors.joined()) == colors, "\(deviation)")
      #expect(blurred.alphas == image.alphas)
    }
  }

  @Test func oneColourStaysAndNothingIsChangedByNothing() {
    let flat = constantImage(width: 21, height: 9, [3, 250, 128, 255])
    let noise = noiseImage(width: 21, height: 9)
    for deviation in [0.1, 1, 3.3, 40, 65536] {
      #expect(flat.applying(.gaussianBlur, parameter: deviation) == flat, "\(deviation)")
    }
    #expect(noise.applying(.gaussianBlur, parameter: 0) == noise)
    #expect(noise.applying(.gaussianBlur, magnitude: 0) == noise)
    #expect(noise.applying(.gaussianBlur, magnitude: 1) != noise)
  }

  /// A point becomes a hill with the standard deviation that was asked for.
  @Test(arguments: [0.6, 1, 1.8, 4])
  func aPointSpreadsByTheDeviation(deviation: Double) {
    let side = 61
    var pixels = [UInt8](repeating: 0, count: side * side * 4)
    // A line of the largest value, so that what is left of it after the blur still has many levels.
    for y in 0..<side { pixels[(y * side + side / 2) * 4] = 255 }
    let blurred = RGBAImage(width: side, height: side, pixels: pixels)
      .applying(.gaussianBlur, parameter: deviation)
    let line = (0..<side).map { Double(blurred.pixel($0, side / 2)[0]) }
    let variance = line.enumerated().reduce(0) { sum, place in
      sum + place.element * Double((place.offset - side / 2) * (place.offset - side / 2))
    }
    #expect(abs((variance / line.reduce(0, +)).squareRoot() - deviation) < 0.06 * deviation)
  }
}
