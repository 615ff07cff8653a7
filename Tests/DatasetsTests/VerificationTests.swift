import Datasets
import Foundation
import Testing

@Suite struct VerificationTests {
  @Test func reportsEveryFileWhateverIsWrongWithOne() throws {
    try withCopy(of: "cifar-10-batches-py") { folder in
      try write([1, 2, 3], to: folder + "/data_batch_2")
      try FileManager.default.removeItem(atPath: folder + "/test_batch")
      let results = try DatasetSpec.named("cifar10").verify(dataDirectory: folder)
      #expect(results.map { $0.path.dropFirst(folder.count + 1) }.last == "batches.meta")
      #expect(
        results.map(\.outcome) == [.differs, .malformed, .differs, .differs, .differs, .missing, .differs])
      #expect(results[1].problem?.contains("\(folder)/data_batch_2, byte 0: found the pickle") == true)
      #expect(results[1].found == "md5 5289df737df57326fcdd22597afb1fac")
      #expect(results[5].problem?.contains("no such file") == true)
      #expect(results.allSatisfy { !$0.passed })
    }
  }

  @Test func aStructureIsNotASum() throws {
    for (name, form) in [("cifar10", "cifar-10-batches-bin"), ("cifar100", "cifar-100-binary")] {
      let results = try DatasetSpec.named(name).verify(dataDirectory: fixture(form))
      #expect(results.allSatisfy { $0.outcome == .structureCheckedOnly && $0.passed && $0.expected == nil })
      let text = String(decoding: try JSONEncoder().encode(results), as: UTF8.self)
      #expect(text.contains("\"structureCheckedOnly\""))
    }
  }

  @Test func readsMatlabFilesToTheirEnd() throws {
    try withCopy(of: "svhn") { folder in
      let path = folder + "/train_32x32.mat"
      let sound = try DatasetSpec.named("svhn-full").verify(dataDirectory: folder)
      #expect(sound.map(\.outcome) == [.differs, .differs, .differs])
      var bytes = try contents(path)
      // A byte of the packed images; the labels behind them are whole.
      bytes[400] ^= 0xFF
      try write(bytes, to: path)
      let results = try DatasetSpec.named("svhn-full").verify(dataDirectory: folder)
      #expect(results.map(\.outcome) == [.malformed, .differs, .differs])
    }
  }

  @Test func findsFilesThatDoNotBelongTogether() throws {
    try withCopy(of: "fashion-mnist") { folder in
      try write([0, 0, 8, 1, 0, 0, 0, 4, 1, 2, 3, 4], to: folder + "/t10k-labels-idx1-ubyte")
      let results = try DatasetSpec.named("fashion-mnist").verify(dataDirectory: folder)
      #expect(results.map(\.outcome) == [.differs, .differs, .malformed, .differs])
      #expect(results[2].problem?.contains("found 5 images beside 4 labels") == true)
    }
  }
}
