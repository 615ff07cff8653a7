import Augmentation
import Datasets
import Foundation
import Images
import Testing

@Suite struct CautionTests {
  private func stack(_ values: [UInt8], side: Int = 3) -> ImageStack {
    ImageStack(
      count: values.count, height: side, width: side,
      pixels: values.flatMap { value in
        (0..<side * side * 3).map { $0 == side ? value : UInt8(truncatingIfNeeded: $0) }
      })
  }

  private func splits(_ train: [(UInt8, Int32)], _ validation: [(UInt8, Int32)], _ test: [(UInt8, Int32)])
    -> DatasetSplits
  {
    func set(_ images: [(UInt8, Int32)]) -> LabeledImages {
      LabeledImages(images: stack(images.map(\.0)), labels: images.map(\.1))
    }
    return DatasetSplits(
      name: "made up", classNames: ["a", "b", "c"], train: set(train), validation: set(validation),
      test: set(test), statistics: ChannelStatistics(mean: [0, 0, 0], standardDeviation: [1, 1, 1]))
  }

  @Test(arguments: [1, 3, 8, 32])
  func findsImagesThatAreInAnotherSet(side: Int) {
    let (one, other) = (stack([1, 2, 3, 4, 5], side: side), stack([9, 4, 2, 2], side: side))
    let equal = equalImages(of: one, in: other)
    #expect(equal?.count == 2)
    #expect(equal?.first.later == 1)
    #expect(equal?.first.earlier == 2)
    #expect(equalImages(of: one, in: stack([9, 8], side: side)) == nil)
    #expect(equalImages(of: one, in: stack([], side: side)) == nil)
    #expect(equalImages(of: one, in: stack([1], side: side + 1)) == nil)
  }

  @Test func manyEqualImagesTakeNoLongTime() {
    let black = ImageStack(count: 60_000, height: 2, width: 2, pixels: [UInt8](repeating: 0, count: 720_000))
    #expect(equalImages(of: black, in: black)?.count == 60_000)
  }

  @Test func everyPixelCounts() {
    var bytes = [UInt8](repeating: 7, count: 5 * 4 * 3)
    let whole = ImageStack(count: 1, height: 5, width: 4, pixels: bytes)
    for place in bytes.indices {
      bytes[place] ^= 1
      #expect(equalImages(of: ImageStack(count: 1, height: 5, width: 4, pixels: bytes), in: whole) == nil)
      bytes[place] ^= 1
    }
  }

  @Test func saysNothingOfAGoodDataset() {
    let data = splits(
      [(1, 0), (2, 0), (3, 1), (4, 1), (5, 2)], [(6, 0), (7, 1), (8, 2)], [(9, 0), (10, 1), (11, 2)])
    #expect(data.cautions() == [])
    let counts = data.classCounts
    #expect([counts.train, counts.validation, counts.test] == [[2, 2, 1], [1, 1, 1], [1, 1, 1]])
  }

  @Test func saysWhatIsMissing() {
    #expect(
      splits([(1, 0), (2, 0), (3, 1), (4, 1)], [], [(9, 0)]).cautions() == [
        "there are no validation images", "1 of 3 classes has no training image: c",
        "2 of 3 classes have no test image: b, c",
      ])
    #expect(
      splits([(1, 0), (2, 1), (3, 2)], [(4, 0), (5, 1), (6, 2)], []).cautions() == [
        "there are no test images", "3 of 3 classes have one training image alone: a, b, c",
      ])
  }

  @Test func saysWhichImagesAreInTwoSets() {
    let data = splits(
      [(1, 0), (2, 0), (3, 1), (4, 1), (5, 2), (6, 2)], [(7, 0), (3, 1), (8, 2)], [(5, 0), (6, 1), (7, 2)])
    #expect(
      data.cautions() == [
        "1 of 3 validation images is a training image too, pixel for pixel: validation image 2 is training image 3",
        "2 of 3 test images are training images too, pixel for pixel: test image 1 is training image 5, and others",
        "1 of 3 test images is a validation image too, pixel for pixel: test image 3 is validation image 1",
      ])
  }

  @Test func namesTheFilesOfAFolder() throws {
    let images = try TemporaryImages()
    for (set, first) in [("train", 0), ("val", 100), ("test", 200)] as [(String, UInt8)] {
      for (name, value) in [("x", 0), ("y", 20)] as [(String, UInt8)] {
        try images.addClass("\(set)/\(name)", count: 3, first: first + value)
      }
    }
    #expect(try images.load().cautions() == [])
    try images.addImage("test/y/copy.ppm", 20)
    #expect(
      try images.load().cautions() == [
        "1 of 7 test images is a training image too, pixel for pixel: test/y/copy.ppm is train/y/0.ppm"
      ])
  }

  @Test func theBundledImagesAreDifferent() throws {
    let data = try loadDataset(DataSelection("bundled", dataDirectory: "/nowhere"))
    #expect(data.cautions() == [])
  }
}
