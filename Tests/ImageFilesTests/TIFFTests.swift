import ImageFiles
import Images
import TestSupport
import Testing

private func pixels(_ tiff: TIFFBytes) throws -> [UInt8] {
  try decodeImage(tiff.file, name: "x.tif").pixels
}

private func refusal(_ tiff: TIFFBytes) -> String? {
  message { _ = try decodeImage(tiff.file, name: "x.tif") }
}

@Suite struct TIFFTests {
  private static let nearInfrared = [200, 0, 0, 50, 0, 200, 100, 0]

  @Test(arguments: [[], [0]], [false, true])
  func passesOverAFourthBandThatIsNotSaidToBeAlpha(extra: [Int], isPlanar: Bool) throws {
    let tiff = TIFFBytes(bands: 4, extra: extra, isPlanar: isPlanar, samples: Self.nearInfrared)
    #expect(try pixels(tiff) == [200, 0, 0, 0, 200, 100])
  }

  @Test(arguments: [false, true])
  func passesOverAFourthBandOf16Bits(isPlanar: Bool) throws {
    let tiff = TIFFBytes(
      bits: 16, bands: 4, extra: [0], isPlanar: isPlanar, samples: Self.nearInfrared.map { $0 * 257 })
    #expect(try pixels(tiff) == [200, 0, 0, 0, 200, 100])
  }

  @Test(arguments: [8, 16], [false, true])
  func putsAlphaThatIsSaidToBeOneOnWhite(bits: Int, isPlanar: Bool) throws {
    let scale = bits == 8 ? 1 : 257
    let tiff = TIFFBytes(
      bits: bits, bands: 4, extra: [2], isPlanar: isPlanar,
      samples: [200, 0, 0, 51, 0, 200, 100, 0].map { $0 * scale })
    #expect(try pixels(tiff) == [244, 204, 204, 255, 255, 255])
  }

  @Test(arguments: [8, 16], [false, true])
  func coloursMultipliedByTheirAlphaAreNotMultipliedAgain(bits: Int, isPlanar: Bool) throws {
    let scale = bits == 8 ? 1 : 257
    let tiff = TIFFBytes(
      bits: bits, bands: 4, extra: [1], isPlanar: isPlanar,
      samples: [40, 0, 0, 51, 0, 100, 50, 255].map { $0 * scale })
    #expect(try pixels(tiff) == [244, 204, 204, 0, 100, 50])
  }

  /// Of 2 samples the second is alpha, alpha that grey is multiplied by, or not said.
  @Test(arguments: [(2, 244), (1, 255), (0, 200)], [8, 16])
  func greyHasAlphaWhereItIsSaid(kind: (extra: Int, expected: UInt8), bits: Int) throws {
    let scale = bits == 8 ? 1 : 257
    for isPlanar in [false, true] {
      let tiff = TIFFBytes(
        bits: bits, bands: 2, photometric: 1, extra: [kind.extra], isPlanar: isPlanar,
        samples: [200, 51, 0, 255].map { $0 * scale })
      #expect(try pixels(tiff) == [kind.expected, kind.expected, kind.expected, 0, 0, 0])
    }
  }

  @Test(arguments: [8, 16], [1, 3])
  func valuesWithASignKeepTheirOrder(bits: Int, bands: Int) throws {
    let largest = (1 << (bits - 1)) - 1
    let values = [-largest - 1, -largest / 4, 0, largest / 4, largest]
    let tiff = TIFFBytes(
      width: 5, bits: bits, bands: bands, photometric: bands == 3 ? 2 : 1, format: 2,
      samples: values.flatMap { Array(repeating: $0, count: bands) })
    let shades = try stride(from: 0, to: 15, by: 3).map { try pixels(tiff)[$0] }
    #expect(shades == shades.sorted())
    #expect(Set(shades).count == 5)
    #expect((shades.first, shades.last) == (0, 255))
  }

  @Test func zeroIsWhiteWhereTheFileSaysSo() throws {
    #expect(
      try pixels(TIFFBytes(bands: 1, photometric: 0, samples: [0, 200])) == [255, 255, 255, 55, 55, 55])
  }

  /// Tiles that lie across the image's edge.
  @Test(arguments: [8, 16], [1, 2, 3, 4])
  func tilesGiveTheSamePixelsAsStrips(bits: Int, bands: Int) throws {
    let (width, height) = (21, 18)
    let values = (0..<width * height * bands).map { $0 * 2654435 % (1 << bits) }
    for isPlanar in [false, true] {
      var tiff = TIFFBytes(
        width: width, height: height, bits: bits, bands: bands, photometric: bands > 2 ? 2 : 1,
        extra: bands % 2 == 0 ? [2] : [], isPlanar: isPlanar, samples: values)
      let strips = try pixels(tiff)
      tiff.tile = 16
      #expect(try pixels(tiff) == strips)
    }
  }

  @Test(arguments: [(5, 2), (13, 1), (4, 1), (3, 1), (5, 5)])
  func refusesOtherNumbersOfBands(bands: Int, photometric: Int) {
    let tiff = TIFFBytes(
      bands: bands, photometric: photometric, extra: Array(repeating: 0, count: 1),
      samples: Array(repeating: 9, count: 2 * bands))
    #expect(
      refusal(tiff)
        == "x.tif: cannot be decoded: found \(bands) bands, expected grey or RGB with at most one more, or CMYK; "
        + "save those that stand for colours as grey or RGB")
  }

  @Test(arguments: [
    (32, 1, "32 bits (without sign)"), (32, 2, "32 bits (with sign)"), (32, 3, "32 bits (floating point)"),
    (64, 3, "64 bits (floating point)"), (16, 3, "16 bits (floating point)"),
  ])
  func saysWhatToDoWithOtherNumbers(bits: Int, format: Int, found: String) {
    let tiff = TIFFBytes(bits: bits, bands: 1, photometric: 1, format: format, samples: [1, 2])
    #expect(
      refusal(tiff)
        == "x.tif: cannot be decoded: found samples of \(found), expected whole numbers of at most 16 bits; "
        + "convert it to 8 or 16 bits")
  }

  @Test func refusesATileThatIsFarLargerThanTheImage() {
    var tiff = TIFFBytes(bands: 3, samples: [1, 2, 3, 4, 5, 6])
    tiff.tile = 16
    var file = tiff.file
    // The tiles' width and height, 322 and 323, both 16.
    for tag in [0x42, 0x43] as [UInt8] {
      let entry = [tag, 1, 4, 0, 1, 0, 0, 0, 16]
      for place in file.indices where file[place...].starts(with: entry) {
        file.replaceSubrange(place + 8..<place + 10, with: [0, 0x40])
      }
    }
    #expect(
      message { _ = try decodeImage(file, name: "x.tif") }
        == "x.tif: cannot be decoded: its tiles or strips are too large; get the file again, or leave it out")
  }
}
