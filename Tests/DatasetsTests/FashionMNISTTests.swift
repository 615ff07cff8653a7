import Datasets
import Foundation
import TestSupport
import Testing

private let form = "fashion-mnist"

@Suite struct FashionMNISTTests {
  /// The training files are packed by gzip, the test files are not.
  @Test func readsPackedAndPlainFiles() throws {
    let splits = try load("fashion-mnist", fixture(form))
    let order = legacyPermutation(of: 12, seed: 0)
    #expect(splits.train.labels == order.map { Int32($0 % 10) })
    #expect((splits.train.images.height, splits.train.images.width) == (4, 6))
    for (slot, index) in order.enumerated() {
      let grey = (0..<24).map { UInt8((40 * index + $0) % 256) }
      #expect(splits.train.images.image(at: slot).rgb == grey.flatMap { [$0, $0, $0] })
    }
    #expect(splits.test.labels == [0, 1, 2, 3, 4])
    #expect(splits.classNames[9] == "Ankle boot")
    #expect(splits.statistics.mean[0] == splits.statistics.mean[2])
  }

  @Test func findsTheFolderInTheDataDirectory() throws {
    let beside = try withCopies(of: [form]) { folder in try load("fashion-mnist", folder) }
    #expect(beside.train.count == 12)
    try withCopies(of: [form], in: "FashionMNIST") { folder in
      try FileManager.default.moveItem(
        atPath: folder + "/FashionMNIST/fashion-mnist", toPath: folder + "/FashionMNIST/raw")
      #expect(try load("fashion-mnist", folder).train.count == 12)
    }
  }

  @Test(arguments: [
    ("t10k-labels-idx1-ubyte", 3, 3, "byte 0: found the magic number 0x803, expected 0x801"),
    ("t10k-images-idx3-ubyte", 2, 13, "byte 0: found the magic number 0xd03, expected 0x803"),
    ("t10k-labels-idx1-ubyte", 10, 10, "byte 10: found the label 10, expected 0 to 9"),
    ("t10k-labels-idx1-ubyte", 7, 6, "byte 4: found the dimensions [6] before 5 bytes of data"),
    ("t10k-images-idx3-ubyte", 4, 255, "byte 4: found the dimensions [4278190085, 4, 6] before 120 bytes"),
    ("t10k-images-idx3-ubyte", 11, 0, "byte 4: found the dimensions [5, 0, 6] before 120 bytes"),
  ])
  func saysWhatIsWrong(name: String, place: Int, value: UInt8, problem: String) throws {
    try withCopy(of: form) { folder in
      let path = folder + "/" + name
      var bytes = try contents(path)
      bytes[place] = value
      try write(bytes, to: path)
      let text = message { _ = try load("fashion-mnist", folder) }
      #expect(text?.hasPrefix("\(path), \(problem)") == true, "\(text ?? "no error")")
    }
  }

  @Test func refusesImagesAndLabelsThatDoNotBelongTogether() throws {
    try withCopy(of: form) { folder in
      let labels = folder + "/t10k-labels-idx1-ubyte"
      try write([0, 0, 8, 1, 0, 0, 0, 4, 1, 2, 3, 4], to: labels)
      let text = message { _ = try load("fashion-mnist", folder) }
      #expect(text?.contains("t10k-images-idx3-ubyte, byte 4: found 5 images beside 4 labels") == true)
    }
  }

  @Test func refusesEveryBeginningOfAFile() throws {
    for name in ["train-images-idx3-ubyte.gz", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"] {
      try withCopy(of: form) { folder in
        let path = folder + "/" + name
        let bytes = try contents(path)
        for length in bytes.indices {
          try write(Array(bytes[..<length]), to: path)
          #expect(
            message { _ = try load("fashion-mnist", folder) }?.hasPrefix(path) == true, "\(length) bytes")
        }
      }
    }
  }

  @Test func refusesDamagedGzip() throws {
    try withCopy(of: form) { folder in
      let path = folder + "/train-images-idx3-ubyte.gz"
      let bytes = try contents(path)
      let original = try load("fashion-mnist", folder).train
      for place in bytes.indices {
        var damaged = bytes
        damaged[place] ^= 0x55
        try write(damaged, to: path)
        // The head has bytes without meaning for the content; whatever else changes is noticed.
        if let splits = try? load("fashion-mnist", folder) {
          #expect(splits.train == original)
          #expect(place < 10)
        }
      }
    }
  }

  @Test func refusesAContentSizeThatCannotBe() throws {
    try withCopy(of: form) { folder in
      let path = folder + "/train-images-idx3-ubyte.gz"
      var bytes = try contents(path)
      bytes.replaceSubrange(bytes.count - 4..<bytes.count, with: [0, 0, 0, 0x3F])
      try write(bytes, to: path)
      #expect(
        message { _ = try load("fashion-mnist", folder) }?.contains("found a content size of 1056964608")
          == true)
    }
  }

  @Test func refusesBytesAfterTheEnd() throws {
    try withCopy(of: form) { folder in
      let path = folder + "/train-labels-idx1-ubyte.gz"
      let bytes = try contents(path)
      try write(bytes + [0, 0, 0] + bytes.suffix(4), to: path)
      #expect(
        message { _ = try load("fashion-mnist", folder) }?.contains("found 7 more bytes after the end")
          == true)
    }
  }
}
