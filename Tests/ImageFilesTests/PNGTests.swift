import Augmentation
import Foundation
import ImageFiles
import Images
import TestSupport
import Testing

/// An image whose bytes all depend on their place.
private func pattern(width: Int, height: Int) -> RGBAImage {
  RGBAImage(
    width: width, height: height,
    pixels: (0..<width * height * 4).map { UInt8(truncatingIfNeeded: $0 * 37 + $0 / 7) })
}

@Suite struct PNGTests {
  @Test(arguments: [(1, 1), (1, 9), (5, 3), (32, 32), (512, 7)])
  func keepsEveryByteOfAnImage(width: Int, height: Int) throws {
    let image = pattern(width: width, height: height)
    let file = try encodePNG(image, name: "image", keepAlpha: true)
    #expect(try readPNG(file, name: "image") == image)
  }

  @Test func leavesAlphaOut() throws {
    let image = pattern(width: 6, height: 4)
    let read = try readPNG(encodePNG(image, name: "image", keepAlpha: false), name: "image")
    let opaque = image.pixels.enumerated().map { $0.offset % 4 == 3 ? 255 : $0.element }
    #expect(read.pixels == opaque)
  }

  // The files below were written by Pillow.

  @Test func resolvesPaletteWithTransparency() throws {
    let file = bytes(
      """
      89504e470d0a1a0a0000000d49484452000000020000000202030000000fd8e5b70000000c504c54450a141e28323c46505afffefd\
      db9ddd7b0000000474524e530080ff075fe615cb0000000c49444154789c631060d8000000e400c127a8e8570000000049454e44ae\
      426082
      """)
    let image = try readPNG(file, name: "palette")
    #expect(image.pixels == [10, 20, 30, 0, 40, 50, 60, 128, 70, 80, 90, 255, 255, 254, 253, 7])
    #expect((image.width, image.height) == (2, 2))
  }

  @Test func repeatsGreyInTheColours() throws {
    let oneBit = bytes(
      """
      89504e470d0a1a0a0000000d4948445200000003000000010100000000339b29190000000a49444154789c63700000004200412937\
      f4ef0000000049454e44ae426082
      """)
    #expect(try readPNG(oneBit, name: "1 bit").pixels == [0, 0, 0, 255, 255, 255, 255, 255, 0, 0, 0, 255])
    let withAlpha = bytes(
      """
      89504e470d0a1a0a0000000d49484452000000020000000108040000005e2bb7010000000d49444154789c63e03ce1cb0000031b01\
      1feab1d1450000000049454e44ae426082
      """)
    #expect(try readPNG(withAlpha, name: "grey and alpha").pixels == [9, 9, 9, 200, 77, 77, 77, 0])
  }

  @Test func reducesSixteenBits() throws {
    let file = bytes(
      """
      89504e470d0a1a0a0000000d49484452000000030000000110000000006e1b972b0000000f49444154789c6360606868f8ff1f0006\
      8402ff4660deb60000000049454e44ae426082
      """)
    #expect(
      try readPNG(file, name: "16 bits").pixels == [0, 0, 0, 255, 128, 128, 128, 255, 255, 255, 255, 255])
  }

  @Test func refusesEveryBeginningOfAFile() throws {
    let file = try encodePNG(pattern(width: 9, height: 9), name: "image", keepAlpha: true)
    // libpng does without the last chunk, which holds nothing: 12 bytes.
    for length in 0..<file.count - 12 {
      let text = message { _ = try readPNG(Array(file[..<length]), name: "cut.png") }
      #expect(text?.hasPrefix("cut.png: ") == true, "\(length) of \(file.count) bytes")
    }
  }

  @Test func damagedBytesNeverCrash() throws {
    let image = pattern(width: 5, height: 5)
    let file = try encodePNG(image, name: "image", keepAlpha: true)
    var refused = 0
    for place in file.indices {
      var damaged = file
      damaged[place] ^= 0xFF
      if let read = try? readPNG(damaged, name: "damaged") {
        #expect(read.pixels.count == read.width * read.height * 4)
      } else {
        refused += 1
      }
    }
    #expect(refused > file.count / 2)
  }

  @Test func refusesAbsurdSizesBeforeMakingRoom() {
    let file = bytes(
      """
      89504e470d0a1a0a0000000d49484452000186a0000186a0080200000027309c9f0000000b49444154789c6360800100000a00017f\
      80745e0000000049454e44ae426082
      """)
    #expect(
      message { _ = try readPNG(file, name: "huge.png") }
        == "huge.png: found 100000 × 100000 pixels, expected at most 268435456 in all; scale the image down")
  }

  @Test func refusesAnImageWithoutPixels() {
    let empty = RGBAImage(width: 0, height: 3, pixels: [])
    #expect(
      message { _ = try encodePNG(empty, name: "empty.png", keepAlpha: true) }?.contains("0 × 3 pixels")
        == true)
  }

  @Test func replacesAFileAndLeavesNothingBeside() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/image.png"
      try writePNG(pattern(width: 3, height: 3), to: path, keepAlpha: true)
      let second = pattern(width: 8, height: 2)
      try writePNG(second, to: path, keepAlpha: true)
      #expect(try readPNG(path) == second)
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["image.png"])
    }
  }

  @Test func saysWhyAFileCannotBeReadOrWritten() throws {
    try withTemporaryFolder { folder in
      let missing = message { _ = try readPNG(folder + "/none.png") }
      #expect(missing?.hasPrefix("\(folder)/none.png: cannot open: No such file") == true)
      let isFolder = message { _ = try readPNG(folder) }
      #expect(isFolder == "\(folder): cannot read: found a folder or a device, expected a file; name a file")
      let unwritable = message {
        try writePNG(pattern(width: 1, height: 1), to: folder + "/no/image.png", keepAlpha: true)
      }
      #expect(unwritable?.hasPrefix("\(folder)/no/image.png: cannot create: No such file") == true)
    }
  }

  @Test func aFailedWriteKeepsWhatWasThere() throws {
    try withTemporaryFolder { folder in
      // A folder of that name cannot be replaced by a file.
      let path = folder + "/taken"
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
      let text = message { try writePNG(pattern(width: 1, height: 1), to: path, keepAlpha: true) }
      #expect(text?.contains("rename") == true)
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["taken"])
    }
  }
}
