import Datasets
import TestSupport
import Testing

@Suite struct BundledTests {
  @Test func hasThreeBalancedSets() throws {
    let splits = try load("bundled", "/nowhere")
    for (set, each) in [(splits.train, 200), (splits.validation, 100), (splits.test, 100)] {
      #expect(
        (0..<10).map { label in set.labels.count { $0 == Int32(label) } } == Array(repeating: each, count: 10)
      )
      #expect((set.images.height, set.images.width) == (28, 28))
    }
    #expect(splits.classNames.count == 10)
  }

  @Test func sharesNoImageBetweenItsSets() throws {
    let splits = try load("bundled", "/nowhere")
    let sets = [splits.train, splits.validation, splits.test].map { set in
      Set((0..<set.count).map { set.images.image(at: $0).pixels })
    }
    #expect(sets[0].isDisjoint(with: sets[1]))
    #expect(sets[0].isDisjoint(with: sets[2]))
    #expect(sets[1].isDisjoint(with: sets[2]))
  }

  @Test func aSmallerTrainingSetIsTheFirstImagesAndBalanced() throws {
    let whole = try load("bundled", "/nowhere")
    let part = try load("bundled", "/nowhere", train: 500, validation: 100)
    #expect(part.train.labels == Array(whole.train.labels[..<500]))
    #expect(Array(part.train.images.pixels) == Array(whole.train.images.pixels[..<(500 * 28 * 28 * 3)]))
    #expect((0..<10).allSatisfy { label in part.train.labels.count { $0 == Int32(label) } == 50 })
    #expect(part.validation.count == 100)
    #expect(part.statistics == ChannelStatistics(of: part.train.images))
    #expect(part.statistics != whole.statistics)
  }

  @Test func saysWhatIsThereWhenMoreIsAskedFor() {
    #expect(
      message { _ = try load("bundled", "/nowhere", train: 2001) }
        == "cannot split the dataset bundled: found a request for 2001 training images, expected 1 to 2000")
    #expect(message { _ = try load("bundled", "/nowhere", validation: 1001) }?.contains("0 to 1000") == true)
  }

  @Test func hasTheBytesItWasMadeWith() throws {
    let files = try DatasetSpec.named("bundled").verify(dataDirectory: "/nowhere")
    #expect(files.count == 6)
    #expect(files.allSatisfy { $0.outcome == .asPublished })
  }
}
