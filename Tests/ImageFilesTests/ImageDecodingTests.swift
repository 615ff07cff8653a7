import ImageFiles
import Images
import TestSupport
import Testing

// The images of Fixtures/make_fixtures.py, by the same formulas.

private func image(_ color: (_ x: Int, _ y: Int) -> (Int, Int, Int)) -> RGBImage {
  var pixels: [UInt8] = []
  for y in 0..<12 {
    for x in 0..<16 {
      let (red, green, blue) = color(x, y)
      pixels += [UInt8(red), UInt8(green), UInt8(blue)]
    }
  }
  return RGBImage(width: 16, height: 12, pixels: pixels)
}

private func blockColor(_ x: Int, _ y: Int) -> (Int, Int, Int) {
  (x / 4 * 80, y / 3 * 70, (x / 4 * 4 + y / 3) * 15)
}

private func ramp(_ x: Int, _ y: Int) -> Int { x * 15 + y }

/// A colour on white paper under the alpha of column `x`.
private func onWhite(_ color: Int, _ x: Int) -> Int { (color * x * 17 + 255 * (255 - x * 17) + 127) / 255 }

private let blocks = image(blockColor)
private let grey = image { x, y in (ramp(x, y), ramp(x, y), ramp(x, y)) }
private let bits = image { x, y in
  let value = (x / 4 + y / 3) % 2 * 255
  return (value, value, value)
}
private let shadow = image { x, y in
  let (red, green, blue) = blockColor(x, y)
  return (onWhite(red, x), onWhite(green, x), onWhite(blue, x))
}
private let greyShadow = image { x, y in
  let value = onWhite(ramp(x, y), x)
  return (value, value, value)
}

private func largestDifference(_ left: RGBImage, _ right: RGBImage) -> Int {
  guard left.width == right.width, left.height == right.height else { return 256 }
  return zip(left.pixels, right.pixels).map { abs(Int($0) - Int($1)) }.max() ?? 0
}

@Suite struct ImageDecodingTests {
  @Test(arguments: [
    "blocks.png", "blocks-palette.png", "blocks.webp", "blocks.gif", "blocks-interlaced.gif", "blocks.bmp",
    "blocks-palette.bmp", "blocks-32.bmp", "blocks-plain.tif", "blocks-tiff_lzw.tif",
    "blocks-tiff_adobe_deflate.tif",
    "blocks-packbits.tif", "blocks-palette.tif", "blocks.ppm", "blocks-text.ppm",
  ])
  func decodesColoursExactly(name: String) throws {
    #expect(try decodeImage(fixture(name), name: name) == blocks)
  }

  @Test(arguments: [
    "ramp.png", "ramp.bmp", "ramp.tif", "ramp.pgm", "ramp-text.pgm", "ramp-16.png", "ramp-16.tif",
    "ramp-16.pgm",
  ])
  func repeatsGreyOfAnyDepthInTheColours(name: String) throws {
    #expect(try decodeImage(fixture(name), name: name) == grey)
  }

  @Test(arguments: ["bits.png", "bits.bmp", "bits-group4.tif", "bits.pbm", "bits-text.pbm"])
  func decodesOneBitPerPixel(name: String) throws {
    #expect(try decodeImage(fixture(name), name: name) == bits)
  }

  @Test(arguments: ["shadow.png", "shadow.webp", "shadow.bmp"])
  func putsTransparencyOnWhite(name: String) throws {
    #expect(try decodeImage(fixture(name), name: name) == shadow)
  }

  @Test func anAlphaThatAWriterLeftEmptyIsNone() throws {
    var file = try fixture("shadow.bmp")
    let firstAlpha = 14 + 108 + 3
    for place in stride(from: firstAlpha, to: file.count, by: 4) { file[place] = 0 }
    #expect(try decodeImage(file, name: "empty alpha") == blocks)
  }

  @Test func putsTransparencyOfTIFFOnWhite() throws {
    // libtiff rounds colours once when it multiplies them by their alpha.
    #expect(try largestDifference(decodeImage(fixture("shadow.tif"), name: "shadow"), shadow) <= 1)
  }

  @Test(arguments: ["ramp-shadow.png", "ramp-shadow.tif"])
  func putsTransparentGreyOnWhite(name: String) throws {
    #expect(try decodeImage(fixture(name), name: name) == greyShadow)
  }

  @Test(arguments: ["blocks-animated.gif", "blocks-animated.webp"])
  func takesTheFirstPictureOfAnAnimation(name: String) throws {
    #expect(try decodeImage(fixture(name), name: name) == blocks)
  }

  @Test(arguments: ["blocks.jpg", "blocks-progressive.jpg", "blocks-cmyk.jpg"])
  func decodesJPEGWithinItsLoss(name: String) throws {
    let difference = try largestDifference(decodeImage(fixture(name), name: name), blocks)
    #expect(difference <= 4)
  }

  @Test func decodesGreyJPEG() throws {
    #expect(try largestDifference(decodeImage(fixture("ramp.jpg"), name: "grey"), grey) <= 4)
  }

  @Test(arguments: ImageOrientation.allCases, ["png", "webp", "tif", "jpg"])
  func turnsEveryOrientationUpright(orientation: ImageOrientation, ending: String) throws {
    let name = "turned-\(orientation.rawValue).\(ending)"
    let difference = try largestDifference(decodeImage(fixture(name), name: name), blocks)
    #expect(difference <= (ending == "jpg" ? 4 : 0))
  }

  @Test(arguments: [
    "blocks.jpg", "blocks.png", "blocks.webp", "blocks.gif", "blocks.bmp", "blocks-plain.tif", "blocks.ppm",
    "turned-6.jpg", "blocks-animated.webp",
  ])
  func theHeaderSaysHowManyPixelsThereAre(name: String) throws {
    let encoded = try EncodedImage(fixture(name), name: name)
    #expect(encoded.pixelCount == 16 * 12)
    #expect(try encoded.decoded() == decodeImage(fixture(name), name: name))
  }

  @Test func anUnknownFormatIsNamedBeforeAnythingIsDecoded() {
    #expect(
      message { _ = try EncodedImage([1, 2, 3], name: "x") }?.hasPrefix("x: found bytes that are no image")
        == true)
  }

  @Test func tellsFormatsByContentAlone() throws {
    let formats: [(String, ImageFormat)] = [
      ("blocks.jpg", .jpeg), ("blocks.png", .png), ("blocks.webp", .webp), ("blocks.gif", .gif),
      ("blocks.bmp", .bmp), ("blocks-plain.tif", .tiff), ("blocks.ppm", .pnm),
    ]
    for (name, format) in formats { #expect(try ImageFormat(of: fixture(name)) == format) }
    #expect(try decodeImage(fixture("blocks.webp"), name: "photo.jpg") == blocks)
  }
}
