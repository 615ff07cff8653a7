import Datasets
import Files
import Foundation
import TestSupport
import Testing

/// What a worker reads from a file of packed images is what was packed, or nothing.
@Suite struct PackedImagesTests {
  private static func bundled(train: Int = 20, validation: Int = 7) throws -> DatasetSplits {
    try loadDataset(DataSelection("bundled", trainSize: train, validationSize: validation))
  }

  @Test(arguments: [0, 7]) func theSameImagesComeBack(validation: Int) throws {
    let splits = try Self.bundled(validation: validation)
    try withTemporaryFolder { folder in
      let packed = try PackedImages(splits, origin: splits.digest(), writingTo: folder + "/images")
      #expect(try FileDigest(ofFile: packed.file).sha256 == packed.digest)
      #expect(try contents(packed.file).count == PackedImages.size(of: splits))
      let again = try packed.splits(of: splits.digest())
      try AtomicFile.remove(packed.file)
      #expect(again.name == splits.name && again.classNames == splits.classNames)
      #expect(again.statistics == splits.statistics)
      #expect(again.train == splits.train && again.validation == splits.validation)
      #expect(again.test.count == 0)
    }
  }

  @Test func theDigestFollowsFromTheImages() throws {
    try withTemporaryFolder { folder in
      let digests = try [Self.bundled(), Self.bundled(), Self.bundled(train: 21)].enumerated().map {
        try PackedImages($1, origin: $1.digest(), writingTo: "\(folder)/\($0)").digest
      }
      #expect(digests[0] == digests[1] && digests[0] != digests[2])
    }
  }

  @Test func imagesOfAFolderComeBackToo() throws {
    try withTemporaryFolder { folder in
      for (name, value) in [("cat", 1), ("dog", 2)] {
        let place = "\(folder)/pictures/\(name)"
        try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
        for number in 0..<6 {
          let pixels = [UInt8](repeating: UInt8(value * 40 + number), count: 4 * 4 * 3)
          try write(Array("P6 4 4 255\n".utf8) + pixels, to: "\(place)/\(number).ppm")
        }
      }
      let splits = try loadDataset(DataSelection("folder:\(folder)/pictures", dataDirectory: folder))
      let packed = try PackedImages(splits, origin: splits.digest(), writingTo: folder + "/images")
      let again = try packed.splits(of: splits.digest())
      #expect(again.train == splits.train && again.validation == splits.validation)
      #expect(again.name == splits.name)
    }
  }

  @Test func whatHasChangedIsRefused() throws {
    let splits = try Self.bundled()
    try withTemporaryFolder { folder in
      let packed = try PackedImages(splits, origin: splits.digest(), writingTo: folder + "/images")
      let whole = try contents(packed.file)
      for place in [0, 25, 60, whole.count / 2, whole.count - 1] {
        var changed = whole
        changed[place] ^= 1
        try write(changed, to: packed.file)
        let text = message(of: DatasetError.self) { try packed.splits(of: nil) }
        #expect(text.contains("images: found the digest"), "\(text)")
        #expect(text.contains("\(packed.digest.prefix(12))…, that of the images that were sent"), "\(text)")
      }
      try write(Array(whole.dropLast(5)), to: packed.file)
      #expect(throws: DatasetError.self) { try packed.splits(of: nil) }
      try AtomicFile.remove(packed.file)
      #expect(throws: FileError.self) { try packed.splits(of: nil) }
    }
  }

  @Test func imagesOfAnotherDatasetAreRefused() throws {
    let splits = try Self.bundled()
    try withTemporaryFolder { folder in
      let packed = try PackedImages(splits, origin: splits.digest(), writingTo: folder + "/images")
      let other = String(repeating: "0", count: 64)
      let text = message(of: DatasetError.self) { try packed.splits(of: other) }
      #expect(text.contains("expected those of the search, 000000000000…"), "\(text)")
    }
  }

  /// The digest is right in all of these, as in a file of another version of the program.
  @Test func whatIsNoFileOfImagesIsRefused() throws {
    let splits = try Self.bundled(train: 2, validation: 1)
    try withTemporaryFolder { folder in
      let whole = try contents(
        PackedImages(splits, origin: splits.digest(), writingTo: folder + "/images").file)
      func header(_ old: String, _ new: String) -> [UInt8] {
        guard let place = whole.firstRange(of: Array(old.utf8)) else { return whole }
        return whole[..<place.lowerBound] + Array(new.utf8) + whole[place.upperBound...]
      }
      // The labels stand behind the first line, the length of the header and the header.
      let (start, last) = ("pba packed images 1\n".utf8.count + 8, splits.classNames.count - 1)
      let place = try #require(whole[start...].firstRange(of: Array("}".utf8))).upperBound
      func labels(_ first: Int32, _ second: Int32) -> [UInt8] {
        whole[..<place] + [first, second].flatMap { withUnsafeBytes(of: $0.littleEndian, Array.init) }
          + whole[(place + 8)...]
      }
      /// The file with other values in its header.
      func rewritten(_ values: [String: Int]) throws -> [UInt8] {
        let read = try JSONSerialization.jsonObject(with: Data(whole[start..<place])) as? [String: Any]
        let header = try #require(read).merging(values) { $1 }
        let text = try JSONSerialization.data(withJSONObject: header, options: .sortedKeys)
        return whole[..<(start - 8)] + withUnsafeBytes(of: UInt64(text.count).littleEndian, Array.init) + text
          + whole[place...]
      }
      let files: [([UInt8], String)] = [
        ([], "no header"), (Array(whole.prefix(24)), "no header"),
        (Array(whole.dropLast()), "bytes, expected"),
        (header("images 1", "images 2"), "no header"),
        (header("\"train\":2", "\"train\":9"), "bytes, expected"),
        (header("\"height\"", "\"heiGHt\""), "no header"),
        (header("\"width\":28", "\"width\":-2"), "no header"),
        (header("\"validation\":1", "\"validation\":0"), "bytes, expected"),
        (labels(5, 99), "byte \(place + 4): found the label 99, expected labels from 0 to \(last); continue"),
        (labels(-1, 0), "byte \(place): found the label -1, expected labels from 0 to \(last); continue"),
        (
          try rewritten(["height": 65536, "width": 65536, "train": 1 << 31 - 1, "validation": 1 << 31 - 1]),
          "found a header for \((1 << 31 - 1) * 2) images of 65536x65536, expected sizes that fit in memory"
        ),
      ]
      for (number, (bytes, words)) in files.enumerated() {
        let file = "\(folder)/\(number)"
        try write(bytes, to: file)
        let text = message(of: DatasetError.self) {
          try PackedImages(file: file, digest: FileDigest(ofFile: file).sha256).splits(of: nil)
        }
        #expect(text.contains(words), "\(number): \(text)")
      }
    }
  }

  @Test func nothingIsLeftWhereTheWritingIsStopped() throws {
    let splits = try Self.bundled()
    try withTemporaryFolder { folder in
      var counts: [Int] = []
      #expect(throws: CancellationError.self) {
        try PackedImages(splits, origin: "", writingTo: folder + "/images") {
          counts.append($0)
          if counts.count == 2 { throw CancellationError() }
        }
      }
      #expect(counts == [splits.train, splits.validation].map(\.images.pixels.count))
      let left = try FileManager.default.contentsOfDirectory(atPath: folder)
      #expect(left == [])
    }
  }

  @Test func aFileThatIsThereIsNotWrittenOver() throws {
    let splits = try Self.bundled()
    try withTemporaryFolder { folder in
      let file = folder + "/images"
      try write([1, 2, 3], to: file)
      #expect(throws: FileError.self) { try PackedImages(splits, origin: "", writingTo: file) }
      #expect(try contents(file) == [1, 2, 3])
    }
  }
}
