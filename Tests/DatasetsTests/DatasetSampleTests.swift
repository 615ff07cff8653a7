import Datasets
import Foundation
import Testing

@Suite struct DatasetSampleTests {
  private func expectSame(_ sample: DatasetSample, _ whole: DatasetSplits, count: Int) {
    #expect(sample.train == whole.train.prefix(count))
    #expect(sample.classNames == whole.classNames)
    #expect(sample.counts?.train == whole.train.count)
    #expect(sample.counts?.validation == whole.validation.count)
    #expect(sample.counts?.test == whole.test.count)
  }

  @Test(arguments: ["bundled", "noise:8x8x3"]) func theFirstImagesAreThoseOfTheWhole(_ name: String) throws {
    let selection = DataSelection(name, trainSize: 60, validationSize: 20)
    expectSame(try sampleDataset(selection, count: 5), try loadDataset(selection), count: 5)
  }

  @Test func ofAFileDatasetTooTheShuffledOrderCounts() throws {
    try withCopies(of: ["cifar-10-batches-py"]) { folder in
      let selection = DataSelection("cifar10", trainSize: 6, validationSize: 3, dataDirectory: folder)
      expectSame(try sampleDataset(selection, count: 4), try loadDataset(selection), count: 4)
      expectSame(try sampleDataset(selection, count: 99), try loadDataset(selection), count: 6)
    }
  }

  @Test func ofAFolderTheFirstImagesAreDecodedAndNothingIsCached() throws {
    let images = try TemporaryImages()
    try images.addClass("cat", count: 40, first: 0)
    try images.addClass("dog", count: 20, first: 100)
    let selection = DataSelection(
      images.name, dataDirectory: images.dataDirectory,
      images: ImageFolderOptions(imageSize: ImageSize("4")))
    let sample = try sampleDataset(selection, count: 5)
    #expect(!FileManager.default.fileExists(atPath: images.dataDirectory + "/cache"))
    expectSame(sample, try images.load(), count: 5)
  }

  @Test func whatIsNotThereIsAnError() {
    #expect(throws: DatasetError.self) {
      try sampleDataset(DataSelection("cifar100", dataDirectory: "/nowhere"), count: 2)
    }
  }
}
