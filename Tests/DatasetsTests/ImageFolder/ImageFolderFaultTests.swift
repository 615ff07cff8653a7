import Datasets
import Foundation
import TestSupport
import Testing

@Suite struct ImageFolderFaultTests {
  /// A folder of two good classes.
  private func goodFolder() throws -> TemporaryImages {
    let images = try TemporaryImages()
    try images.addClass("a", count: 6, first: 0)
    try images.addClass("b", count: 6, first: 10)
    return images
  }

  @Test func refusesUnreadableImagesByName() throws {
    let images = try goodFolder()
    for number in 1...4 { try images.add("a/bad\(number).jpg", [1, 2, 3]) }
    let text = try #require(message { _ = try images.load() })
    #expect(text.hasPrefix("\(images.root): 4 files cannot be read as images ("))
    #expect(text.contains("a/bad"))
    #expect(text.contains("found bytes that are no image"))
    #expect(text.hasSuffix("or give `skipUnreadable` to leave them out"))
    #expect(!text.contains("\n"))
  }

  @Test func leavesUnreadableImagesOutOnRequest() throws {
    let images = try goodFolder()
    let expected = try images.load().allValues
    try images.add("a/cut.jpg", [0xFF, 0xD8, 0xFF])
    try images.add("b/empty.png", [])
    let events = EventLog()
    let splits = try images.load(skip: true, events: events)
    #expect(splits.allValues == expected)
    #expect(splits.skippedImages == 2)
    #expect(events.notes.contains("left out in all: 2 files that cannot be read as images"))
    #expect(
      events.notes.contains { $0.hasPrefix("left out: \(images.root)/b/empty.png: found an empty file") })
    // What could be read is kept, and so is what is wrong with the others.
    let again = EventLog()
    #expect(try images.load(skip: true, events: again).train == splits.train)
    #expect(!again.hasDecoded)
    try images.addImage("b/empty.png", 77)
    #expect(try images.load(skip: true).allValues == (expected + [77]).sorted())
  }

  @Test func whatCannotBeReadIsKnownTheNextTime() throws {
    let images = try goodFolder()
    for number in 0..<120 { try images.add("a/bad\(number).png", [UInt8](repeating: 9, count: 59)) }
    let first = try images.load(skip: true)
    let file = try images.pixelFile()
    let before = try FileManager.default.attributesOfItem(atPath: file)[.systemFileNumber] as? Int
    let events = EventLog()
    let second = try images.load(skip: true, events: events)
    #expect(!events.hasDecoded)
    #expect(second.skippedImages == 120)
    #expect(second.train == first.train)
    #expect(try FileManager.default.attributesOfItem(atPath: file)[.systemFileNumber] as? Int == before)
    // A new image makes the cache again, and still the known ones are left alone.
    try images.addImage("b/new.ppm", 50)
    let third = EventLog()
    #expect(try images.load(skip: true, events: third).skippedImages == 120)
    #expect(third.decodedCount == 1)
    // Another content is noticed, whatever its size and time.
    try images.changeUnnoticed("a/bad8.png", Array("P6 4 4 255\n".utf8) + [UInt8](repeating: 97, count: 48))
    #expect(try images.load(skip: true).allValues.contains(97))
    try images.addImage("a/bad7.png", 98)
    #expect(try images.load(skip: true).allValues.contains(98))
  }

  @Test func aRefusalKeepsTheWorkThatWasDone() throws {
    let images = try goodFolder()
    try images.add("a/bad.png", [9])
    #expect(message { _ = try images.load() } != nil)
    try images.remove("a/bad.png")
    let events = EventLog()
    _ = try images.load(events: events)
    // Without the bad file the split may differ, but no image is decoded from its file.
    #expect(events.decodedCount == 0)
    #expect(try images.load().allValues == [0, 1, 2, 3, 4, 5, 10, 11, 12, 13, 14, 15])
  }

  @Test func namesWhatCannotBeAnImage() throws {
    let images = try goodFolder()
    try FileManager.default.createSymbolicLink(
      atPath: images.root + "/a/lost.png", withDestinationPath: "nowhere")
    mkfifo(images.root + "/b/pipe.png", 0o600)
    let stranger = images.root + "/b/"
    // A name of one byte that is no UTF-8.
    let descriptor = open(
      Array(stranger.utf8CString.dropLast()) + [CChar(bitPattern: 0xFF), 0], O_CREAT | O_WRONLY, 0o600)
    #expect(descriptor >= 0)
    close(descriptor)
    let text = try #require(message { _ = try images.load() })
    #expect(
      text.hasPrefix("\(images.root): 3 files cannot be read as images (a/lost.png, b/pipe.png, b/\u{FFFD})"))
    #expect(text.contains("found \"No such file or directory\" when it was examined"))
    #expect(try images.load(skip: true).skippedImages == 3)
  }

  @Test func refusesLayoutsThatAreNone() throws {
    let empty = try TemporaryImages()
    #expect(
      message { _ = try empty.load() }?.hasPrefix("\(empty.root): found no folder in it, expected a folder")
        == true)
    let one = try TemporaryImages()
    try one.addClass("all/x", count: 2, first: 0)
    try one.addClass("all/y", count: 2, first: 0)
    #expect(
      message { _ = try one.load() }
        == "\(one.root): found one folder, all, expected a folder of images for each of two classes or more; "
        + "if all holds the folders of the classes, give folder:\(one.root)/all")
    #expect(
      message {
        _ = try loadDataset(
          DataSelection("folder:/no/such", dataDirectory: one.dataDirectory))
      }
        == "/no/such: found \"No such file or directory\" when it was listed, expected a folder that you may list; "
        + "check that it exists and that you may read it")
  }

  @Test func refusesAnEmptyClass() throws {
    let images = try goodFolder()
    try FileManager.default.createDirectory(atPath: images.root + "/none", withIntermediateDirectories: false)
    #expect(
      message { _ = try images.load() }
        == "\(images.root)/none: found no file in this class, expected at least one image to train on; "
        + "add images, or remove the folder")
  }

  @Test func refusesAClassThatIsNotTrained() throws {
    let images = try TemporaryImages()
    try images.addClass("train/a", count: 2, first: 0)
    try images.addClass("train/b", count: 2, first: 0)
    try images.addClass("test/c", count: 2, first: 0)
    #expect(
      message { _ = try images.load() }
        == "\(images.root)/test/c: found a class that train/ does not have, expected one of its 2 classes; "
        + "add a folder of that name to train/, or remove this one")
    try images.remove("test")
    try images.addClass("extra/a", count: 1, first: 0)
    #expect(
      message { _ = try images.load() }?.hasPrefix("\(images.root)/extra: found a folder beside train/")
        == true)
    try images.remove("extra")
    try images.addClass("val/a", count: 1, first: 0)
    try images.addClass("valid/a", count: 1, first: 0)
    #expect(message { _ = try images.load() }?.contains("found the folders val and valid") == true)
  }

  @Test func verifiesEveryFile() throws {
    let images = try goodFolder()
    let spec = try DatasetSpec.named(images.name)
    let good = try spec.verify(dataDirectory: images.dataDirectory)
    #expect(good.map(\.outcome) == [.structureCheckedOnly])
    #expect(good.first?.found == "12 images in 2 classes")
    try images.add("a/bad.gif", Array("GIF89a".utf8))
    let bad = try spec.verify(dataDirectory: images.dataDirectory)
    #expect(bad.map(\.passed) == [false, false])
    #expect(bad.first?.path == images.root + "/a/bad.gif")
    #expect(bad.last?.found == "12 images in 2 classes")
  }

  @Test func saysWhatTheSystemSaysOfTheCache() throws {
    let images = try goodFolder()
    _ = try images.load()
    let lock = try images.cacheFolder() + "/lock"
    try FileManager.default.removeItem(atPath: lock)
    try FileManager.default.createDirectory(atPath: lock, withIntermediateDirectories: true)
    #expect(
      message { _ = try images.load() }
        == "\(lock): found \"Is a directory\" when it was locked, expected a file of the cache; "
        + "remove what is in its place, or choose another folder with `dataDirectory`")
  }

  @Test func saysWhenTheCacheHasNoPlace() throws {
    let images = try goodFolder()
    try Data().write(to: URL(fileURLWithPath: images.dataDirectory))
    let text = try #require(message { _ = try images.load() })
    #expect(text.hasPrefix("\(images.dataDirectory)/cache/folder-"))
    #expect(text.hasSuffix("choose another folder with `dataDirectory`"))
  }
}
