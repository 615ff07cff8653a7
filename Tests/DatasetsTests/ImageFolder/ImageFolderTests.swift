import Datasets
import Foundation
import TestSupport
import Testing

@Suite struct ImageFolderTests {
  @Test func drawsATenthOfEachClassForTestAndValidation() throws {
    let images = try TemporaryImages()
    try images.addClass("cat", count: 40, first: 0)
    try images.addClass("dog", count: 20, first: 100)
    let splits = try images.load()
    #expect(splits.name == images.name)
    #expect(splits.classNames == ["cat", "dog"])
    #expect((splits.train.count, splits.validation.count, splits.test.count) == (48, 6, 6))
    for (set, cats) in [(splits.train, 32), (splits.validation, 4), (splits.test, 4)] {
      #expect(set.labels.count { $0 == 0 } == cats)
      #expect(zip(set.values, set.labels).allSatisfy { ($0 >= 100) == ($1 == 1) })
    }
    #expect(splits.allValues == Array(0..<40) + Array(100..<120))
    #expect((splits.train.images.height, splits.train.images.width) == (4, 4))
  }

  @Test func theSplitDependsOnPathsBelowTheFolderAlone() throws {
    let (one, other) = (try TemporaryImages(), try TemporaryImages())
    for (place, values) in [(one, Array(0..<30)), (other, Array((0..<30).reversed()))] {
      for value in values { try place.addImage("c\(value % 3)/\(value).png", UInt8(value)) }
    }
    let (first, second) = (try one.load(), try other.load())
    #expect(first.train == second.train)
    #expect(first.validation == second.validation)
    #expect(first.test == second.test)
    #expect(first.train.values != first.train.values.sorted())
  }

  @Test func smallerSplitsAreStratifiedPartsOfTheWhole() throws {
    let images = try TemporaryImages()
    try images.addClass("a", count: 60, first: 0)
    try images.addClass("b", count: 30, first: 100)
    let whole = try images.load()
    let small = try images.load(train: 12, validation: 9)
    #expect(small.train.values == Array(whole.train.values.prefix(12)))
    #expect(small.train.labels.count { $0 == 0 } == 8)
    #expect(small.validation.labels.count { $0 == 0 } == 6)
    #expect(small.test == whole.test)
    #expect(Set(small.train.values).isDisjoint(with: small.validation.values))
    #expect(
      message { _ = try images.load(train: 80, validation: 9) }
        == "cannot split the dataset \(images.name): found a request for 80 training images, beside 9 for validation, "
        + "expected 1 to 72")
    #expect(
      message { _ = try images.load(validation: 81) }?.contains("81 validation images, expected 0 to 80")
        == true)
  }

  @Test func takesSetsOfItsOwn() throws {
    let images = try TemporaryImages()
    for (set, first) in [("train", 0), ("valid", 50), ("test", 100)] as [(String, UInt8)] {
      try images.addClass("\(set)/x", count: 5, first: first)
      try images.addClass("\(set)/y", count: 4, first: first + 20)
    }
    let splits = try images.load()
    #expect(splits.train.values.sorted() == Array(0..<5) + Array(20..<24))
    #expect(splits.validation.values.sorted() == Array(50..<55) + Array(70..<74))
    #expect(splits.test.values.sorted() == Array(100..<105) + Array(120..<124))
    let fewer = try images.load(train: 3, validation: 2)
    #expect(fewer.train.values == Array(splits.train.values.prefix(3)))
    #expect(fewer.validation.values == Array(splits.validation.values.prefix(2)))
  }

  @Test func drawsFromTrainWhatHasNoFolder() throws {
    let images = try TemporaryImages()
    try images.addClass("train/x", count: 20, first: 0)
    try images.addClass("train/y", count: 20, first: 50)
    let drawn = try images.load()
    #expect((drawn.train.count, drawn.validation.count, drawn.test.count) == (32, 4, 4))
    try images.addClass("test/y", count: 3, first: 100)
    let events = EventLog()
    let tested = try images.load(events: events)
    #expect((tested.train.count, tested.validation.count, tested.test.count) == (36, 4, 3))
    #expect(tested.test.labels == [1, 1, 1])
    #expect(events.notes.isEmpty)
  }

  @Test func aClassMayBeCalledTrain() throws {
    let images = try TemporaryImages()
    try images.addClass("train", count: 3, first: 0)
    try images.addClass("plane", count: 3, first: 50)
    #expect(try images.load().classNames == ["plane", "train"])
  }

  @Test func readsFoldersWithinClassesAndFollowsLinksOnce() throws {
    let images = try TemporaryImages()
    try images.addImage("a/deep/deeper/1.png", 1)
    try images.addImage("a/2.png", 2)
    try images.addClass("b", count: 2, first: 10)
    let manager = FileManager.default
    try manager.createSymbolicLink(atPath: images.root + "/a/circle", withDestinationPath: "../a")
    try manager.createSymbolicLink(atPath: images.root + "/b/linked.png", withDestinationPath: "../a/2.png")
    let events = EventLog()
    #expect(try images.load(events: events).allValues == [1, 2, 10, 11])
    #expect(
      events.notes == [
        "\(images.root)/a/circle and 1 more: belongs to another place in the folder, not taken a second time"
      ])
  }

  @Test(arguments: ["..", "../b", "../b/deep", "../b/deep/9.ppm"])
  func aLinkTakesNothingFromAnotherClass(target: String) throws {
    let images = try TemporaryImages()
    try images.addClass("a", count: 3, first: 0)
    try images.addClass("b", count: 3, first: 10)
    try images.addImage("b/deep/9.ppm", 19)
    try FileManager.default.createSymbolicLink(
      atPath: images.root + "/a/link", withDestinationPath: target)
    let events = EventLog()
    let splits = try images.load(events: events)
    #expect(splits.allValues == [0, 1, 2, 10, 11, 12, 19])
    for set in [splits.train, splits.validation, splits.test] {
      #expect(zip(set.values, set.labels).allSatisfy { ($0 >= 10) == ($1 == 1) })
    }
    #expect(
      events.notes.contains(
        "\(images.root)/a/link: belongs to another place in the folder, not taken a second time"))
  }

  @Test func whatTwoClassesLinkToIsTakenOnce() throws {
    let images = try TemporaryImages()
    try images.addClass("a", count: 3, first: 0)
    try images.addClass("b", count: 3, first: 10)
    try images.addImage("../store/1.ppm", 50)
    for name in ["a", "b"] {
      try FileManager.default.createSymbolicLink(
        atPath: images.root + "/\(name)/link", withDestinationPath: "../../store")
    }
    #expect(try images.load().allValues == [0, 1, 2, 10, 11, 12, 50])
  }

  @Test func refusesASetOrAClassThatIsAnother() throws {
    let images = try TemporaryImages()
    for set in ["train", "test"] {
      try images.addClass(set + "/a", count: 3, first: 0)
      try images.addClass(set + "/b", count: 3, first: 10)
    }
    let manager = FileManager.default
    try manager.createSymbolicLink(atPath: images.root + "/val", withDestinationPath: "test")
    #expect(
      message { _ = try images.load() }
        == "\(images.root)/val: found a link to test, expected a folder of its own, whose images are in no other; "
        + "remove the link")
    try images.remove("val")
    try images.remove("test/b")
    try manager.createSymbolicLink(atPath: images.root + "/test/b", withDestinationPath: "../train/b")
    #expect(
      message { _ = try images.load() }?.hasPrefix("\(images.root)/train/b: found a link to test/b,") == true)
  }

  @Test func passesOverWhatIsNoImageOfAClass() throws {
    let images = try TemporaryImages()
    try images.addClass("a", count: 3, first: 0)
    try images.addClass("b", count: 3, first: 10)
    for stray in ["README", "notes.txt", ".hidden", "a/.DS_Store", "b/Thumbs.db"] {
      try images.add(stray, [1])
    }
    let events = EventLog()
    #expect(try images.load(events: events).allValues.count == 6)
    #expect(events.notes == ["\(images.root)/README and 1 more: not in a class's folder, passed over"])
  }

  @Test func tellsNamesApartThatLookAlike() throws {
    let images = try TemporaryImages()
    // é as one character, and as e with an accent after it.
    try images.addClass("\u{E9}", count: 3, first: 0)
    try images.addClass("e\u{301}", count: 3, first: 10)
    let splits = try images.load()
    #expect(splits.classNames.count == 2)
    #expect(zip(splits.train.values, splits.train.labels).allSatisfy { ($0 < 10) == ($1 == 1) })
  }

  @Test func saysWhenAClassIsLeftWithoutTrainingImages() throws {
    let images = try TemporaryImages()
    try images.addClass("a", count: 30, first: 0)
    try images.addClass("b", count: 1, first: 50)
    #expect(try images.load(train: 4).cautions().contains("1 of 2 classes has no training image: b"))
  }

  @Test func otherDatasetsHaveOneSize() {
    let options = ImageFolderOptions(imageSize: ImageSize("64x48"))
    #expect(
      message {
        _ = try loadDataset(
          DataSelection("bundled", dataDirectory: "/nowhere", images: options))
      }
        == "the dataset bundled: found the image size 64x48, expected neither `imageSize` nor `skipUnreadable`, "
        + "which are for folder:PATH alone")
  }

  @Test func readsSizes() throws {
    #expect(ImageSize("64") == ImageSize(height: 64, width: 64))
    #expect(ImageSize("64x48") == ImageSize(height: 64, width: 48))
    for wrong in ["", "x", "64x", "x64", "0", "-3", "64x48x3", "5000", "sixty", "٣"] {
      #expect(ImageSize(wrong) == nil)
    }
    let size = try #require(ImageSize("64x48"))
    #expect(try JSONDecoder().decode(ImageSize.self, from: JSONEncoder().encode(size)) == size)
    #expect(message { _ = try JSONDecoder().decode(ImageSize.self, from: Data("\"0x4\"".utf8)) } != nil)
  }

  @Test func isListedAndNamedByItsWholePath() throws {
    let images = try TemporaryImages()
    let spec = try DatasetSpec.named("folder:\(images.root)/../images/")
    #expect(spec.name == images.name)
    #expect(spec.status(dataDirectory: "/nowhere") == .found(folder: images.root, form: "image folder"))
    #expect(try DatasetSpec.named("folder:relative").name.hasPrefix("folder:/"))
    #expect(
      message { _ = try DatasetSpec.named("folder:") }
        == "the dataset folder: found no path, expected folder:PATH")
  }
}
