import Augmentation
import Datasets
import Foundation
import TestSupport
import Testing

/// An image of the fixtures, 4 rows of 6 pixels: RGB interleaved.
private func image(file: Int, place: Int) -> [UInt8] {
  (0..<72).map { byte in
    let (pixel, colour) = (byte / 3, byte % 3)
    return UInt8((31 * file + 7 * place + 5 * (pixel / 6) + 3 * (pixel % 6) + 50 * colour) % 251)
  }
}

@Suite struct SVHNTests {
  @Test func readsImagesAcrossTheFilesLayout() throws {
    let splits = try load("svhn", fixture("svhn"))
    let order = legacyPermutation(of: 12, seed: 0)
    #expect((splits.train.images.height, splits.train.images.width) == (4, 6))
    #expect(splits.train.labels == order.map { Int32((1 + $0) % 10) })
    for (slot, index) in order.enumerated() {
      #expect(splits.train.images.image(at: slot).rgb == image(file: 1, place: index))
    }
    #expect(splits.test.labels == [3, 4, 5, 6])
    for place in 0..<4 { #expect(splits.test.images.image(at: place).rgb == image(file: 3, place: place)) }
    #expect(splits.classNames == ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"])
    #expect(splits.statistics == ChannelStatistics(of: splits.train.images))
  }

  /// The extra file is big-endian and its labels are doubles.
  @Test func theFullSetIsTheTrainingFileThenTheExtraFile() throws {
    let splits = try load("svhn-full", fixture("svhn"))
    let order = legacyPermutation(of: 19, seed: 0)
    #expect(splits.train.labels == order.map { $0 < 12 ? Int32((1 + $0) % 10) : Int32((2 + $0 - 12) % 10) })
    for (slot, index) in order.enumerated() {
      let expected = index < 12 ? image(file: 1, place: index) : image(file: 2, place: index - 12)
      #expect(splits.train.images.image(at: slot).rgb == expected)
    }
  }

  @Test func validationTakesTheLastOfTheShuffledImages() throws {
    let whole = try load("svhn", fixture("svhn"))
    let splits = try load("svhn", fixture("svhn"), train: 5, validation: 3)
    #expect(splits.train.labels == Array(whole.train.labels[..<5]))
    #expect(splits.validation.labels == Array(whole.train.labels[9...]))
    #expect(splits.validation.images.image(at: 0) == whole.train.images.image(at: 9))
  }

  /// The first indices, and sums over the published reduced sets, of numpy's own shuffles.
  @Test func drawsThePublishedReducedSets() {
    let order = legacyPermutation(of: 73257, seed: 0)
    #expect(order.prefix(10) == [6325, 30413, 47620, 40209, 2752, 30599, 49095, 20710, 63111, 33621])
    #expect(order.prefix(1000).reduce(0, +) == 37_873_488)
    #expect(order.suffix(7325).prefix(5) == [21112, 26516, 7351, 19045, 26211])
    #expect(order.suffix(7325).reduce(0, +) == 266_123_588)
    #expect(
      legacyPermutation(of: 604_388, seed: 0).prefix(5) == [304716, 163666, 41251, 4560, 278278])
  }

  @Test func saysWhichFileIsMissing() throws {
    try withCopies(of: ["svhn"]) { folder in
      let path = folder + "/svhn/extra_32x32.mat"
      try FileManager.default.removeItem(atPath: path)
      #expect(try load("svhn", folder).train.count == 12)
      let spec = try DatasetSpec.named("svhn-full")
      #expect(
        spec.status(dataDirectory: folder)
          == .incomplete(folder: folder + "/svhn", missing: ["extra_32x32.mat"], cure: spec.cure))
      let text = message { _ = try load("svhn-full", folder) }
      #expect(text?.hasPrefix("\(path): found no such file") == true)
      #expect(text?.contains("pba data fetch svhn-full") == true)
    }
  }

  @Test(arguments: ["train_32x32.mat", "test_32x32.mat"])
  func refusesEveryBeginningOfAFile(name: String) throws {
    try withCopy(of: "svhn") { folder in
      let path = folder + "/" + name
      let bytes = try contents(path)
      for length in bytes.indices {
        try write(Array(bytes[..<length]), to: path)
        let text = message { _ = try load("svhn", folder) }
        #expect(text?.hasPrefix(path) == true, "\(length) bytes: \(text ?? "no error")")
        #expect(text?.contains("\n") == false)
      }
    }
  }

  @Test func noDamagedByteCrashes() throws {
    try withCopy(of: "svhn") { folder in
      for name in ["train_32x32.mat", "test_32x32.mat"] {
        let path = folder + "/" + name
        let bytes = try contents(path)
        // The text at the beginning means nothing.
        for place in 116..<bytes.count {
          var damaged = bytes
          damaged[place] ^= 0xFF
          try write(damaged, to: path)
          if let text = message({ _ = try load("svhn", folder) }) {
            #expect(text.contains(folder), "byte \(place) of \(name): \(text)")
          }
        }
        try write(bytes, to: path)
      }
    }
  }

  @Test(arguments: [
    ("MATLAB 7.3 MAT-file, Platform: GLNXA64", "found a MATLAB 7.3 (HDF5) file"),
    ("\u{89}HDF\r\n\u{1a}\n", "found a MATLAB 7.3 (HDF5) file"),
    ("<!DOCTYPE html>", "found a file that begins with the bytes 3c 21 44 4f 43 54 59 50"),
  ])
  func refusesOtherFormats(start: String, problem: String) throws {
    try withCopy(of: "svhn") { folder in
      let path = folder + "/train_32x32.mat"
      let head = start.unicodeScalars.map { UInt8($0.value) }
      try write(head + [UInt8](repeating: 0x20, count: 1000), to: path)
      let text = message { _ = try load("svhn", folder) }
      #expect(
        text?.hasPrefix("\(path), byte 0: \(problem), expected a MATLAB 5 file") == true, "\(text ?? "")")
    }
  }

  /// The plain test file, whose X says that it has more than there is: sides, images, and bytes to go with them.
  @Test(arguments: [
    (shape: [1000, 1000, 3, 1400], problem: "found 4200000000 bytes of numbers in the variable \"X\""),
    (
      shape: [4, 6, 3, 8],
      problem: "found 576 bytes of numbers in the variable \"X\", expected at most the 288"
    ),
    (shape: [4096, 6, 3, 4], problem: "bytes of numbers in the variable \"X\""),
  ])
  func refusesMoreThanThereIs(shape: [Int], problem: String) throws {
    try withCopy(of: "svhn") { folder in
      let path = folder + "/test_32x32.mat"
      var bytes = try contents(path)
      func replace(_ old: [Int], with new: [Int]) throws {
        func words(_ numbers: [Int]) -> [UInt8] {
          numbers.flatMap { number in (0..<4).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) } }
        }
        let place = try #require(bytes.indices.first { bytes[$0...].starts(with: words(old)) })
        bytes.replaceSubrange(place..<place + 4 * old.count, with: words(new))
      }
      try replace([4, 6, 3, 4], with: shape)
      try replace([2, 288], with: [2, shape.reduce(1, *)])
      try write(bytes, to: path)
      let results = try DatasetSpec.named("svhn").verify(dataDirectory: folder)
      let fault = results.first { $0.outcome == .malformed }
      #expect(fault?.path == path)
      #expect(fault?.problem?.contains(problem) == true, "\(fault?.problem ?? "no problem")")
    }
  }

  /// Each case changes bytes of the plain, little-endian test file: the matrices X and y follow a small one.
  @Test(arguments: [
    (
      find: [4, 0, 0, 0, 6, 0, 0, 0, 3, 0, 0, 0], with: [6, 0, 0, 0, 4, 0, 0, 0, 3, 0, 0, 0],
      problem: "found images of 6 × 4 pixels, expected 4 × 6"
    ),
    (
      find: [4, 0, 0, 0, 6, 0, 0, 0, 3, 0, 0, 0], with: [4, 0, 0, 0, 9, 0, 0, 0, 2, 0, 0, 0],
      problem: "found X of shape [4, 9, 2, 4], expected [height, width, 3, N]"
    ),
    (
      find: [4, 0, 0, 0, 6, 0, 0, 0, 3, 0, 0, 0], with: [4, 0, 0, 0, 7, 0, 0, 0, 3, 0, 0, 0],
      problem: "found X of shape [4, 7, 3, 4] stored in 288 bytes as uint8"
    ),
    (
      find: [4, 0, 0, 0, 6, 0, 0, 0, 3, 0, 0, 0], with: [0xFF, 0xFF, 0xFF, 0x7F, 6, 0, 0, 0, 3, 0, 0, 0],
      problem: "found X of shape [2147483647, 6, 3, 4]"
    ),
    (
      find: [1, 0, 1, 0, 0x58, 0, 0, 0], with: [1, 0, 1, 0, 0x5A, 0, 0, 0],
      problem: "found the numeric variables \"remark\", \"Z\", \"y\", expected X and y"
    ),
    (
      find: [2, 0, 4, 0, 3, 4, 5, 6], with: [2, 0, 4, 0, 3, 4, 11, 6],
      problem: "found the label 11 of image 2, expected 1 to 10"
    ),
    (
      find: [2, 0, 4, 0, 3, 4, 5, 6], with: [2, 0, 4, 0, 0, 4, 5, 6],
      problem: "found the label 0 of image 0, expected 1 to 10"
    ),
    (
      find: [2, 0, 4, 0, 3, 4, 5, 6], with: [2, 0, 3, 0, 3, 4, 5, 6],
      problem: "found y of shape [4, 1] stored in 3 bytes, expected a label for each of the 4 images"
    ),
  ])
  func saysWhatIsWrong(find: [UInt8], with: [UInt8], problem: String) throws {
    try withCopy(of: "svhn") { folder in
      let path = folder + "/test_32x32.mat"
      var bytes = try contents(path)
      let place = try #require(bytes.indices.first { bytes[$0...].starts(with: find) })
      bytes.replaceSubrange(place..<place + find.count, with: with)
      try write(bytes, to: path)
      let text = message { _ = try load("svhn", folder) }
      #expect(text?.hasPrefix(path) == true)
      #expect(text?.contains(problem) == true, "\(text ?? "no error")")
    }
  }
}
