import Images
import Testing

private func noise(width: Int, height: Int) -> RGBImage {
  RGBImage(
    width: width, height: height,
    pixels: (0..<width * height * 3).map { UInt8(truncatingIfNeeded: $0 * 73 + $0 * $0 / 11) })
}

@Suite struct ResamplingTests {
  // The bytes below are what Pillow 13 makes of `noise` with resize((w, h), BILINEAR). Tests/pillow compares many more.

  @Test func shrinksAsPillowDoes() {
    let small = noise(width: 7, height: 5).resized(toWidth: 3, height: 2, columns: 0..<3, rows: 0..<2)
    #expect(
      small.pixels == [108, 111, 119, 166, 122, 78, 131, 144, 99, 114, 196, 38, 124, 175, 41, 133, 132, 52])
  }

  @Test func enlargesAsPillowDoes() {
    let large = noise(width: 2, height: 2).resized(toWidth: 3, height: 5, columns: 0..<3, rows: 0..<5)
    #expect(
      large.pixels == [
        0, 73, 146, 110, 55, 129, 219, 37, 111, 18, 66, 139, 116, 61, 122, 212, 56, 105, 93, 38, 112, 140, 85,
        96, 186, 132, 79, 167, 10, 84, 163, 109, 69, 159, 208, 52, 185, 3, 77, 169, 115, 62, 152, 227, 46,
      ])
  }

  @Test func aPartHasTheBytesOfTheWhole() {
    let source = noise(width: 31, height: 23)
    let whole = source.resized(toWidth: 17, height: 29, columns: 0..<17, rows: 0..<29)
    let part = source.resized(toWidth: 17, height: 29, columns: 3..<9, rows: 11..<28)
    var expected: [UInt8] = []
    for row in 11..<28 {
      let start = row * 17 * 3
      expected += whole.pixels[start + 9..<start + 27]
    }
    #expect(part.pixels == expected)
  }

  @Test func leavesAnImageOfTheRightSizeAlone() {
    let source = noise(width: 9, height: 6)
    #expect(source.covering(width: 9, height: 6) == source)
  }

  @Test func cutsAboutTheCentre() {
    // Four columns of one colour each: the middle two remain.
    let source = RGBImage(
      width: 4, height: 2,
      pixels: (0..<2).flatMap { _ in (1...4).flatMap { [UInt8](repeating: $0, count: 3) } })
    let square = source.covering(width: 2, height: 2)
    #expect(square.pixels == [2, 2, 2, 3, 3, 3, 2, 2, 2, 3, 3, 3])
  }

  @Test(arguments: [(640, 480), (48, 64), (1, 1), (100, 7), (7, 100), (33, 32)])
  func coversAnySizeFromAnySize(width: Int, height: Int) {
    let plain = RGBImage(
      width: width, height: height, pixels: [UInt8](repeating: 77, count: width * height * 3))
    let result = plain.covering(width: 48, height: 64)
    #expect(result == RGBImage(width: 48, height: 64, pixels: [UInt8](repeating: 77, count: 48 * 64 * 3)))
  }

  @Test(arguments: [
    (4000, 3000, 256, 192), (30, 90, 17, 51), (900, 1, 51, 1), (51, 20, 51, 20), (4, 3, 4, 3),
  ])
  func fitsASideWithItsShape(width: Int, height: Int, newWidth: Int, newHeight: Int) {
    let side = max(newWidth, newHeight) == 256 ? 256 : 51
    let plain = RGBImage(
      width: width, height: height, pixels: [UInt8](repeating: 77, count: width * height * 3))
    let result = plain.fitting(side: side)
    #expect([result.width, result.height] == [newWidth, newHeight])
    #expect(result.pixels == [UInt8](repeating: 77, count: newWidth * newHeight * 3))
  }

  @Test func aThreadOfPixelsCostsNoMoreThanItsPixels() {
    // Scaled as a whole it would have 32 × 96,000,000 pixels.
    let thread = RGBImage(width: 1, height: 3_000_000, pixels: [UInt8](repeating: 9, count: 9_000_000))
    #expect(thread.covering(width: 32, height: 32).pixels == [UInt8](repeating: 9, count: 32 * 32 * 3))
  }
}
