import Datasets
import Foundation
import TestSupport
import Testing

private let forms = ["cifar-100-python", "cifar-100-binary"]

/// An image of the fixtures as the program must show it: RGB interleaved.
private func image(file: Int, place: Int) -> [UInt8] {
  (0..<3072).map { byte in UInt8((31 * file + 7 * place + byte % 3 * 1024 + byte / 3) % 251) }
}

@Suite struct CIFAR100Tests {
  @Test(arguments: forms) func readsFineLabelsAndTheirNames(form: String) throws {
    let splits = try load("cifar100", fixture(form))
    let order = legacyPermutation(of: 5, seed: 0)
    #expect(splits.train.labels == order.map { Int32(37 + $0) })
    #expect(splits.test.labels == [74, 75, 76])
    #expect(splits.classNames == (0..<100).map { "thing_\($0)" })
    for (slot, index) in order.enumerated() {
      #expect(splits.train.images.image(at: slot).rgb == image(file: 1, place: index))
    }
    for place in 0..<3 { #expect(splits.test.images.image(at: place).rgb == image(file: 2, place: place)) }
  }

  @Test(arguments: ["", "cifar100"], forms)
  func findsTheFolderWhereItIsPut(subfolder: String, form: String) throws {
    try withCopies(of: [form], in: subfolder) { folder in
      let splits = try load("cifar100", folder)
      #expect(splits.train.count == 5)
    }
  }

  @Test func aFolderCalledTrainIsNoFileOfIt() throws {
    try withCopies(of: ["svhn"], in: "train") { folder in
      guard case .missing = try DatasetSpec.named("cifar100").status(dataDirectory: folder) else {
        Issue.record("a folder was taken for a file")
        return
      }
    }
  }

  @Test func refusesALabelOutsideTheClasses() throws {
    try withCopy(of: forms[1]) { folder in
      let path = folder + "/test.bin"
      var bytes = try contents(path)
      bytes[3074 + 1] = 100
      try write(bytes, to: path)
      let text = message { _ = try load("cifar100", folder) }
      #expect(text?.hasPrefix("\(path), byte 3075: found the label 100, expected 0 to 99") == true)
    }
  }

  @Test func refusesRowsOfTheOtherSet() throws {
    try withCopy(of: forms[1]) { folder in
      let path = folder + "/train.bin"
      try write([UInt8](repeating: 1, count: 2 * 3073), to: path)
      let text = message { _ = try load("cifar100", folder) }
      #expect(text?.contains("found 6146 bytes in all, expected whole rows of 3074") == true)
    }
  }

  @Test func refusesAnotherNumberOfNames() throws {
    try withCopy(of: forms[1]) { folder in
      let path = folder + "/fine_label_names.txt"
      try write(Array("apple\npear\n".utf8), to: path)
      let text = message { _ = try load("cifar100", folder) }
      #expect(text?.hasPrefix("\(path): found 2 class names, expected 100, one a line") == true)
    }
  }
}
