import Foundation
import ImageFiles
import Images
import TestSupport
import Testing

private let everyFormat = [
  "blocks.jpg", "blocks-progressive.jpg", "blocks-cmyk.jpg", "turned-6.jpg", "blocks-palette.png",
  "shadow.png",
  "turned-6.png", "blocks.webp", "shadow.webp", "turned-6.webp", "blocks-animated.webp",
  "blocks-interlaced.gif",
  "blocks-animated.gif", "blocks.bmp", "blocks-palette.bmp", "shadow.bmp", "turned-6.tif",
  "blocks-packbits.tif",
  "bits-group4.tif", "ramp-shadow.tif", "blocks.ppm", "bits.pbm", "ramp-16.pgm", "blocks-text.ppm",
]

/// The bytes with others in the place of some.
private func patched(_ bytes: [UInt8], at offset: Int, _ patch: [UInt8]) -> [UInt8] {
  Array(bytes[..<offset]) + patch + Array(bytes[(offset + patch.count)...])
}

/// Where a sequence of bytes first stands.
private func place(of word: [UInt8], in bytes: [UInt8]) throws -> Int {
  try #require(bytes.indices.first { bytes[$0...].starts(with: word) })
}

@Suite struct HostileImageTests {
  @Test(arguments: everyFormat)
  func everyBeginningOfAFileIsRefusedOrWhole(name: String) throws {
    let file = try fixture(name)
    let whole = try decodeImage(file, name: name)
    var refused = 0
    for length in file.indices {
      do {
        let image = try decodeImage(Array(file[..<length]), name: "cut")
        // What was cut off were only words after the image; or digits of a text file's last number, which is then
        // another number.
        let certain = whole.pixels.count - (name.hasSuffix("-text.ppm") ? 1 : 0)
        #expect(
          image.pixels.prefix(certain) == whole.pixels.prefix(certain), "\(length) of \(file.count) bytes")
        #expect((image.width, image.height) == (whole.width, whole.height))
      } catch let error as ImageFileError {
        #expect(error.file == "cut")
        #expect(!error.description.contains("\n"))
        refused += 1
      }
    }
    #expect(refused > file.count / 3)
  }

  @Test(arguments: everyFormat)
  func damagedBytesNeverCrash(name: String) throws {
    let file = try fixture(name)
    var outcomes = (read: 0, refused: 0)
    for place in file.indices {
      for mask in [0xFF, 0x80, 0x01] as [UInt8] {
        var damaged = file
        damaged[place] ^= mask
        do {
          let image = try decodeImage(damaged, name: "damaged")
          #expect(image.pixels.count == image.width * image.height * 3)
          outcomes.read += 1
        } catch let error as ImageFileError {
          #expect(error.description.hasPrefix("damaged"))
          outcomes.refused += 1
        }
      }
    }
    #expect(outcomes.refused > 0)
    #expect(outcomes.read + outcomes.refused == file.count * 3)
  }

  @Test func refusesAbsurdSizesBeforeMakingRoom() throws {
    let jpeg = try fixture("blocks.jpg")
    let gif = try fixture("blocks.gif")
    let bmp = try fixture("blocks.bmp")
    let png = try fixture("blocks.png")
    let tiff = try fixture("blocks-plain.tif")
    // Height and width follow the marker's length and depth.
    let frame = try place(of: [0xFF, 0xC0], in: jpeg) + 5
    // Entries of a TIFF directory: tag 0x0100 is the width, 0x0101 the height; the value follows type and count.
    let width = try place(of: [0x00, 0x01, 4, 0, 1, 0, 0, 0], in: tiff) + 8
    let height = try place(of: [0x01, 0x01, 4, 0, 1, 0, 0, 0], in: tiff) + 8
    let files: [(String, [UInt8])] = [
      ("60000 × 60000", patched(jpeg, at: frame, [0xEA, 0x60, 0xEA, 0x60])),
      ("65535 × 65535", patched(gif, at: 6, [255, 255, 255, 255])),
      ("100000 × 100000", patched(bmp, at: 18, [0xA0, 0x86, 1, 0, 0xA0, 0x86, 1, 0])),
      ("100000 × 100000", patched(png, at: 16, [0, 1, 0x86, 0xA0, 0, 1, 0x86, 0xA0])),
      (
        "65536 × 65536", patched(patched(tiff, at: width, [0, 0, 1, 0]), at: height, [0, 0, 1, 0])
      ),
      ("100000 × 100000", Array("P6 100000 100000 255 ".utf8)),
      ("100000 × 100000", Array("P1 100000 100000 1".utf8)),
    ]
    for (size, file) in files {
      #expect(
        message { _ = try decodeImage(file, name: "bomb") }
          == "bomb: found \(size) pixels, expected at most 134217728 in all; scale the image down")
    }
  }

  @Test func refusesAnAbsurdWebP() throws {
    let file = try fixture("blocks.webp")
    // After the signature 0x2F of lossless data, width and height less one, 14 bits each.
    let start = try place(of: [0x2F], in: Array(file[20...])) + 21
    let bomb = patched(file, at: start, [0xFF, 0xFF, 0xFF, file[start + 3] | 0x0F])
    #expect(
      message { _ = try decodeImage(bomb, name: "bomb") }?.hasPrefix("bomb: found 16384 × 16384 pixels")
        == true)
  }

  @Test(arguments: [
    ("", "an empty file"), ("<svg>", "bytes that are no image"), ("P9 4 4 ", "bytes that are no image"),
    ("\0\0\0\u{18}ftypheic", "a file of the kind \"heic\", such as HEIC, AVIF or video"),
  ])
  func saysWhatAStrangerIs(content: String, words: String) {
    #expect(
      message { _ = try decodeImage(Array(content.utf8), name: "x") }
        == "x: found \(words), expected one of JPEG, PNG, WebP, GIF, BMP, TIFF, PNM; "
        + "convert it, or leave it out")
  }

  @Test func saysWhatToDoWithAJPEGOfAnotherKind() throws {
    let jpeg = try fixture("blocks.jpg")
    // The precision follows the marker and its length.
    let precision = try place(of: [0xFF, 0xC0], in: jpeg) + 4
    #expect(
      message { _ = try decodeImage(patched(jpeg, at: precision, [12]), name: "x.jpg") }
        == "x.jpg: cannot be decoded: Unsupported JPEG data precision 12; "
        + "save it as JPEG of 8 bits in grey, RGB or CMYK, or as PNG")
  }

  /// Chunks that say nothing of the pixels are passed over, whatever they claim.
  @Test(arguments: ["iCCP", "zTXt", "eXIf", "gAMA"])
  func passesOverRemarksOfAPNG(kind: String) throws {
    let png = try fixture("blocks.png")
    let remark = [0, 0, 0, 4] + Array(kind.utf8) + [1, 2, 3, 4] + [0, 0, 0, 0]
    let afterHeader = 33
    let file = Array(png[..<afterHeader]) + remark + Array(png[afterHeader...])
    #expect(try decodeImage(file, name: "remark") == decodeImage(png, name: "plain"))
  }

  @Test func refusesPackedBMP() throws {
    let file = patched(try fixture("blocks-palette.bmp"), at: 30, [1])
    #expect(
      message { _ = try decodeImage(file, name: "rle.bmp") }
        == "rle.bmp, byte 30: found a packed BMP (kind 1), expected an unpacked one; "
        + "save it without compression, or as PNG")
  }

  @Test(arguments: [
    (0, "found pixels at byte 0, inside the header"), (20, "found pixels at byte 20, inside the header"),
  ])
  func refusesABMPWhoseHeaderWouldBeItsPixels(offset: Int, words: String) throws {
    let file = patched(try fixture("blocks-palette.bmp"), at: 10, [UInt8(offset), 0, 0, 0])
    #expect(message { _ = try decodeImage(file, name: "x.bmp") }?.contains(words) == true)
  }

  /// The image has more rows than the file has strips for; libtiff would read from the beginning of the file.
  @Test func refusesATIFFWithoutOneOfItsStrips() throws {
    let whole = TIFFBytes(height: 2, bands: 1, photometric: 1, samples: [1, 2, 3, 4])
    #expect(try decodeImage(whole.file, name: "whole").height == 2)
    var short = whole
    short.rowsPerStrip = 1
    #expect(
      message { _ = try decodeImage(short.file, name: "x.tif") }?.contains("one of its strips is missing")
        == true)
  }

  @Test(arguments: ["P3 1 1 100 50 999 0", "P2 1 1 100 101", "P5 1 1 100 e"])
  func refusesSamplesAboveTheLargest(text: String) {
    let words = message { _ = try decodeImage(Array(text.utf8), name: "x.pnm") }
    #expect(words?.contains("above the largest value 100") == true)
  }

  @Test func decodersMayWorkAtTheSameTime() throws {
    let files = try everyFormat.map { try fixture($0) }
    let alone = try files.map { try decodeImage($0, name: "alone") }
    let cut = files.map { Array($0.prefix($0.count / 2)) }
    DispatchQueue.concurrentPerform(iterations: 400) { round in
      let index = round % files.count
      #expect((try? decodeImage(files[index], name: "together")) == alone[index])
      _ = try? decodeImage(cut[(index + 7) % cut.count], name: "cut")
    }
  }
}
