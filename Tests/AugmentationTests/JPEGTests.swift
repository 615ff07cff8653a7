import Augmentation
import Images
import Testing

/// JPEGCompression, beside the comparison with Pillow of all sizes and qualities.
@Suite struct JPEGTests {
  /// The bytes that Pillow 13.0 with libjpeg-turbo 3.2 makes of noise; chroma of the second image is not mixed.
  static let ofPillow: [(width: Int, quality: Double, colors: [UInt8])] = [
    (
      7, 30,
      [
        49, 34, 55, 79, 87, 100, 33, 84, 87, 44, 61, 77, 205, 105, 167, 155, 43, 115, 139, 122, 167, 33, 30,
        49,
        116, 138, 149, 109, 178, 175, 108, 144, 156, 228, 151, 205, 138, 54, 116, 83, 96, 131, 25, 49, 61,
        133,
        182, 186, 113, 213, 201, 61, 135, 134, 158, 126, 165, 98, 67, 109, 80, 156, 169,
      ]
    ),
    (
      3, 75,
      [
        36, 26, 113, 54, 44, 131, 145, 55, 127, 79, 69, 156, 63, 53, 140, 159, 69, 141, 147, 140, 182, 83, 76,
        118, 191, 106, 135,
      ]
    ),
  ]

  @Test func theBytesAreThoseOfPillow() {
    for (width, quality, colors) in Self.ofPillow {
      let image = noiseImage(width: width, height: 3, seed: 2)
      let compressed = image.applying(.jpegCompression, parameter: quality)
      #expect(Array(compressed.colors.joined()) == colors, "\(width) \(quality)")
      #expect(compressed.alphas == image.alphas)
    }
  }

  @Test func theQualityIsAWholeNumber() {
    let image = noiseImage(width: 20, height: 17)
    let whole = (1...100).map { image.applying(.jpegCompression, parameter: Double($0)) }
    #expect(Set(whole.map(\.pixels)).count > 80)
    for (quality, nearest) in [(1.4, 1), (49.5, 50), (74.6, 75), (99.5, 100)] {
      #expect(image.applying(.jpegCompression, parameter: quality) == whole[nearest - 1])
    }
    for magnitude in Operation.magnitudes {
      #expect(image.applying(.jpegCompression, magnitude: magnitude) == whole[94 - 10 * magnitude])
    }
  }

  @Test func aLowerQualityIsFurtherFromTheImage() {
    // A ramp, which is what the transform is for.
    var pixels: [UInt8] = []
    for y in 0..<40 {
      for x in 0..<48 { pixels += [UInt8(3 * x + 2 * y), UInt8(5 * x), UInt8(4 * y), 255] }
    }
    let image = RGBAImage(width: 48, height: 40, pixels: pixels)
    let distances: [Int] = [100.0, 60, 20, 5, 1].map { quality in
      let changed = image.applying(.jpegCompression, parameter: quality).pixels
      return zip(changed, pixels).reduce(0) { sum, pair in sum + abs(Int(pair.0) - Int(pair.1)) }
    }
    #expect(distances == distances.sorted() && Set(distances).count == 5)
    #expect(distances[0] < pixels.count)
  }

  @Test func greyStaysGrey() {
    for level: UInt8 in [0, 128, 255] {
      let image = constantImage(width: 19, height: 5, [level, level, level, 7])
      #expect(image.applying(.jpegCompression, parameter: 50) == image)
    }
  }
}
