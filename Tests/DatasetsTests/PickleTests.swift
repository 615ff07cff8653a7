import Datasets
import Foundation
import TestSupport
import Testing

private let form = "cifar-10-batches-py"

/// What loading says when a training file is replaced by these bytes.
private func messageWith(_ bytes: [UInt8], as name: String = "data_batch_1") throws -> String? {
  try withCopy(of: form) { folder in
    try write(bytes, to: folder + "/" + name)
    return message { _ = try load("cifar10", folder) }
  }
}

private func pickle(_ text: String) -> [UInt8] { [0x80, 2] + Array(text.utf8) }

/// Pickles are read as data: whatever they hold, the worst they can do is be refused.
@Suite struct PickleTests {
  @Test func namesAreNeverCalled() throws {
    let text = try messageWith(pickle("cos\nsystem\n(U\u{4}trueRt."))
    #expect(
      text?.contains("data_batch_1, byte 3: found the name \"os system\", which is never called here") == true
    )
  }

  @Test(arguments: [
    ("", "byte 2: found 0 bytes to the end of the file"),
    ("}", "byte 3: found 0 bytes to the end of the file"),
    ("].", "found a pickle of something else, expected a dictionary with the key 'data'"),
    ("}.", "found no key 'data'"),
    ("}U\u{4}dataK\u{1}s.", "found something else under 'data'"),
    (".", "found too few values for an instruction, expected 1 before it"),
    ("e", "found the end of a group"),
    ("N(Ne", "found an append to something else, expected a list"),
    ("N(NNs", "found too few values for an instruction, expected 1 before it"),
    ("}(Nu", "found entries for something else"),
    ("h\u{7}", "byte 2: found a reference to value 7"),
    ("T\u{7F}\u{7F}\u{7F}\u{7F}", "found 0 bytes to the end of the file, expected at least 2139062143 more"),
    ("I1\n", "byte 2: found the pickle instruction 0x49"),
    ("NNR", "found a call of something else"),
    ("cnumpy\nndarray\n)R", "found a call of numpy.ndarray"),
    ("cnumpy\ndtype\n(U\u{2}f4tR", "found an array of another type, expected uint8"),
    ("cnumpy.core.multiarray\n_reconstruct\n)RNb", "found an array with another state"),
    (
      "cnumpy.core.multiarray\n_reconstruct\n)R(K\u{1}(K\u{2}tcnumpy\ndtype\n(U\u{2}u1tR",
      "to the end of the file"
    ),
    ("NNb", "found a state for something else"),
    ("cnumpy", "found no end of line"),
    ("}U\u{4}datacnumpy.core.multiarray\n_reconstruct\n)Rs.", "found something else under 'data'"),
  ])
  func saysWhatIsWrong(instructions: String, problem: String) throws {
    let text = try messageWith(pickle(instructions))
    #expect(text?.contains(problem) == true, "\(text ?? "no error")")
  }

  @Test func refusesNewerProtocols() throws {
    #expect(try messageWith([0x80, 4, 0x95])?.contains("byte 0: found pickle protocol 4") == true)
  }

  @Test func refusesAShapeThatDoesNotFitItsBytes() throws {
    let name = try fixture(form) + "/data_batch_1"
    var bytes = try contents(name)
    let shape = bytes.indices.first { bytes[$0...].starts(with: [0x4B, 4, 0x4D, 0, 12, 0x86]) }
    let place = try #require(shape)
    bytes[place + 1] = 5
    #expect(try messageWith(bytes)?.contains("found 12288 bytes for an array of shape [5, 3072]") == true)
  }

  @Test func refusesALabelOutOfRangeAndMissingLabels() throws {
    let name = try fixture(form) + "/data_batch_1"
    let bytes = try contents(name)
    let labels: [UInt8] = [0x4B, 1, 0x4B, 2, 0x4B, 3, 0x4B, 4, 0x65]
    let place = try #require(bytes.indices.first { bytes[$0...].starts(with: labels) })
    var wrong = bytes
    wrong[place + 5] = 10
    #expect(try messageWith(wrong)?.contains("found the label 10 of image 2, expected 0 to 9") == true)
    var fewer = bytes
    fewer.removeSubrange(place..<place + 2)
    #expect(try messageWith(fewer)?.contains("found data of shape [4, 3072] beside 3 labels") == true)
  }

  @Test func refusesEveryBeginningOfAFile() throws {
    try withCopy(of: form) { folder in
      let path = folder + "/data_batch_1"
      let bytes = try contents(path)
      // The head and the tail byte by byte, the pixels between in steps.
      for length in bytes.indices where length < 300 || length > 12480 || length % 500 == 0 {
        try write(Array(bytes[..<length]), to: path)
        #expect(message { _ = try load("cifar10", folder) }?.hasPrefix(path) == true, "\(length) bytes")
      }
    }
  }

  @Test func damagedBytesNeverCrash() throws {
    try withCopy(of: form) { folder in
      let path = folder + "/batches.meta"
      let bytes = try contents(path)
      for place in bytes.indices {
        for value in [0, 0x28, 0x2E, 0x52, 0x62, 0x65, 0x75, 0xFF] as [UInt8] {
          var damaged = bytes
          damaged[place] = value
          try write(damaged, to: path)
          if let text = message({ _ = try load("cifar10", folder) }) { #expect(text.hasPrefix(folder)) }
        }
      }
    }
  }

  @Test func damagedArraysNeverCrash() throws {
    try withCopy(of: form) { folder in
      let path = folder + "/test_batch"
      let bytes = try contents(path)
      for place in 0..<230 {
        for value in [0, 0x29, 0x52, 0x62, 0x85, 0xFF] as [UInt8] {
          var damaged = bytes
          damaged[place] = value
          try write(damaged, to: path)
          if let text = message({ _ = try load("cifar10", folder) }) { #expect(text.hasPrefix(folder)) }
        }
      }
    }
  }

  @Test func deepNestingIsJustALongFile() throws {
    // A tuple in a tuple, a million times over.
    let deep = pickle("N") + [UInt8](repeating: 0x85, count: 1_000_000) + Array(".".utf8)
    #expect(try messageWith(deep)?.contains("found a pickle of something else") == true)
  }

  @Test func endlessInstructionsAreRefused() throws {
    let long = pickle("") + [UInt8](repeating: UInt8(ascii: "]"), count: 2_200_000)
    #expect(try messageWith(long)?.contains("found more than 2097152 instructions") == true)
  }
}
