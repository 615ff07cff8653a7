import Datasets
import Foundation
import TestSupport
import Testing

/// The fixture's files hold 4, 3, 4, 3 and 4 training images, and 4 test images.
private let fileOfImage = [1, 1, 1, 1, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 5, 5, 5, 5]
private let placeOfImage = [0, 1, 2, 3, 0, 1, 2, 0, 1, 2, 3, 0, 1, 2, 0, 1, 2, 3]

/// An image of the fixtures as the program must show it: RGB interleaved.
private func image(file: Int, place: Int) -> [UInt8] {
  (0..<3072).map { byte in
    let (pixel, colour) = (byte / 3, byte % 3)
    return UInt8((31 * file + 7 * place + colour * 1024 + pixel) % 251)
  }
}

private let forms = ["cifar-10-batches-py", "cifar-10-batches-bin"]

@Suite struct CIFAR10Tests {
  @Test(arguments: forms) func readsEveryImageInTheDrawnOrder(form: String) throws {
    let splits = try load("cifar10", fixture(form))
    let order = legacyPermutation(of: 18, seed: 0)
    #expect(splits.train.count == 18)
    #expect(splits.validation.count == 0)
    for (slot, index) in order.enumerated() {
      let (file, place) = (fileOfImage[index], placeOfImage[index])
      #expect(splits.train.images.image(at: slot).rgb == image(file: file, place: place))
      #expect(splits.train.labels[slot] == Int32((file + place) % 10))
    }
    #expect(splits.test.labels == [6, 7, 8, 9])
    for place in 0..<4 {
      #expect(splits.test.images.image(at: place).rgb == image(file: 6, place: place))
    }
    #expect(splits.classNames.count == 10)
    #expect(splits.classNames[1] == "automobile")
  }

  @Test func bothFormsAreTheSame() throws {
    let (python, binary) = (try load("cifar10", fixture(forms[0])), try load("cifar10", fixture(forms[1])))
    #expect(python.train == binary.train)
    #expect(python.test == binary.test)
    #expect(python.classNames == binary.classNames)
    #expect(python.statistics == binary.statistics)
  }

  @Test(arguments: forms) func drawsValidationAfterTraining(form: String) throws {
    let whole = try load("cifar10", fixture(form))
    let splits = try load("cifar10", fixture(form), train: 5, validation: 7)
    #expect(splits.train.labels == Array(whole.train.labels[..<5]))
    #expect(splits.validation.labels == Array(whole.train.labels[5..<12]))
    #expect(Array(splits.validation.images.pixels) == Array(whole.train.images.pixels[5 * 3072..<12 * 3072]))
    #expect(splits.test == whole.test)
    #expect(splits.statistics == ChannelStatistics(of: splits.train.images))
    #expect(try load("cifar10", fixture(form), validation: 7).train.count == 11)
  }

  @Test(arguments: ["", "cifar10"], forms)
  func findsTheFolderWhereItIsPut(subfolder: String, form: String) throws {
    try withCopies(of: [form], in: subfolder) { folder in
      #expect(try load("cifar10", folder).train.count == 18)
      let place = folder + "/" + (subfolder.isEmpty ? "" : subfolder + "/") + form
      guard case .found(let found, _) = try DatasetSpec.named("cifar10").status(dataDirectory: folder) else {
        Issue.record("not found")
        return
      }
      #expect(found == place)
    }
  }

  @Test(arguments: [(19, 0), (0, 0), (-1, 0), (12, 7), (nil, 18), (nil, -1)] as [(Int?, Int)])
  func refusesASplitThatCannotBeDrawn(train: Int?, validation: Int) throws {
    let text = message { _ = try load("cifar10", fixture(forms[1]), train: train, validation: validation) }
    #expect(text?.hasPrefix("cannot split the dataset cifar10: found a request for ") == true)
    #expect(text?.contains("\(train ?? validation)") == true)
  }

  @Test(arguments: zip(forms, ["data_batch_3", "test_batch.bin"]))
  func namesTheFileThatIsMissing(form: String, name: String) throws {
    try withCopy(of: form) { folder in
      try FileManager.default.removeItem(atPath: folder + "/" + name)
      let text = message { _ = try load("cifar10", folder) }
      #expect(text?.hasPrefix("\(folder)/\(name): found no such file") == true)
    }
  }

  @Test func saysWhereItLookedAndWhatToDo() {
    let text = message { _ = try load("cifar10", "/nowhere/at/all") }
    #expect(
      text?.contains("/nowhere/at/all/cifar-10-batches-py, /nowhere/at/all/cifar10/cifar-10-batches-py")
        == true)
    #expect(text?.contains("unpack cifar-10-python.tar.gz") == true)
  }

  @Test func refusesRowsThatAreCutOff() throws {
    try withCopy(of: forms[1]) { folder in
      let path = folder + "/data_batch_2.bin"
      try write(contents(path).dropLast(), to: path)
      #expect(
        message { _ = try load("cifar10", folder) }
          == "\(path), byte 6146: found 9218 bytes in all, expected whole rows of 3073; "
          + "the file is damaged or was cut off, unpack it again")
      try write([], to: path)
      #expect(message { _ = try load("cifar10", folder) }?.contains("found 0 bytes in all") == true)
    }
  }

  @Test func refusesALabelOutOfRange() throws {
    try withCopy(of: forms[1]) { folder in
      let path = folder + "/data_batch_5.bin"
      var bytes = try contents(path)
      bytes[2 * 3073] = 10
      try write(bytes, to: path)
      let text = message { _ = try load("cifar10", folder) }
      #expect(text?.hasPrefix("\(path), byte 6146: found the label 10, expected 0 to 9") == true)
    }
  }

  @Test func verifiesAgainstThePublishedSums() throws {
    // The fixtures have the official form, not the official images.
    let spec = try DatasetSpec.named("cifar10")
    let python = try spec.verify(dataDirectory: fixture(forms[0]))
    #expect(python.count == 7)
    #expect(python.allSatisfy { $0.outcome == .differs })
    #expect(python[0].expected == "md5 c99cafc152244af753f735de768cd75f")
    let binary = try spec.verify(dataDirectory: fixture(forms[1]))
    #expect(binary.count == 6)
    #expect(binary.allSatisfy { $0.outcome == .structureCheckedOnly && $0.expected == nil })
  }
}
