import Augmentation
import Datasets
import Foundation
import Images
import TestSupport
import Testing

@Suite struct ImageCacheTests {
  private func filledFolder() throws -> TemporaryImages {
    let images = try TemporaryImages()
    try images.addClass("a", count: 10, first: 0)
    try images.addClass("b", count: 10, first: 20)
    return images
  }

  private let values = Array(0..<10) + Array(20..<30) as [UInt8]

  @Test func decodesOnce() throws {
    let images = try filledFolder()
    let (first, second) = (EventLog(), EventLog())
    let made = try images.load(events: first)
    #expect(first.decodedCount == 20)
    #expect(first.takenOverCount == 0)
    let read = try images.load(events: second)
    #expect(!second.hasDecoded)
    #expect(read.train == made.train)
    #expect(read.test == made.test)
    #expect(read.statistics == made.statistics)
    // Another split of the same images needs no decoding either.
    _ = try images.load(train: 5, validation: 5, events: second)
    #expect(!second.hasDecoded)
    #expect(try FileManager.default.contentsOfDirectory(atPath: images.root).sorted() == ["a", "b"])
  }

  @Test func keepsEverySizeByItself() throws {
    let images = try filledFolder()
    _ = try images.load()
    let large = try loadDataset(
      DataSelection(
        images.name, dataDirectory: images.dataDirectory,
        images: ImageFolderOptions(imageSize: ImageSize("6x5"))))
    #expect((large.train.images.height, large.train.images.width) == (6, 5))
    #expect(large.allValues == values)
    let events = EventLog()
    _ = try images.load(events: events)
    #expect(!events.hasDecoded)
  }

  @Test func followsEveryChange() throws {
    let images = try filledFolder()
    _ = try images.load()
    try images.addImage("a/more.ppm", 90)
    #expect(try images.load().allValues == values + [90])
    try images.remove("a/more.ppm")
    #expect(try images.load().allValues == values)
    try images.addImage("b/0.ppm", 91)
    #expect(try images.load().allValues == values.filter { $0 != 20 } + [91])
    try FileManager.default.moveItem(atPath: images.root + "/b/0.ppm", toPath: images.root + "/b/z.ppm")
    #expect(try images.load().allValues == values.filter { $0 != 20 } + [91])
    try FileManager.default.moveItem(atPath: images.root + "/a/3.ppm", toPath: images.root + "/b/moved.ppm")
    let moved = try images.load()
    #expect(moved.allValues == values.filter { $0 != 20 } + [91])
    let label = zip(
      moved.train.values + moved.validation.values + moved.test.values,
      moved.train.labels + moved.validation.labels + moved.test.labels
    ).first { $0.0 == 3 }?.1
    #expect(label == 1)
  }

  @Test func decodesAgainOnlyWhatHasChanged() throws {
    let images = try filledFolder()
    _ = try images.load()
    try images.addImage("b/new.ppm", 99)
    let events = EventLog()
    #expect(try images.load(events: events).allValues == values + [99])
    #expect(events.decodedCount == 1)
  }

  @Test func noticesADamagedCache() throws {
    let images = try filledFolder()
    // A copy: what was loaded from the file shows what is written over it.
    let whole = PixelBytes(Array(try images.load().train.images.pixels))
    let file = try images.pixelFile()
    var bytes = try contents(file)
    bytes[100] ^= 0xFF
    bytes[700] ^= 0x01
    for damage in [bytes, Array(bytes.prefix(300)), []] {
      try write(damage, to: try images.pixelFile())
      let events = EventLog()
      #expect(try images.load(events: events).train.images.pixels == whole)
      #expect(events.hasDecoded)
    }
    try FileManager.default.removeItem(atPath: try images.pixelFile())
    #expect(try images.load().train.images.pixels == whole)
    let after = EventLog()
    _ = try images.load(events: after)
    #expect(!after.hasDecoded)
  }

  @Test func noticesADamagedIndex() throws {
    let images = try filledFolder()
    let whole = try images.load()
    let index = try images.cacheFolder() + "/index"
    let bytes = try contents(index)
    for damaged in [[], Array(bytes.prefix(40)), Array(bytes.dropLast()), bytes.map { $0 ^ 1 }, bytes + [0]] {
      try write(damaged, to: index)
      let events = EventLog()
      #expect(try images.load(events: events).train == whole.train)
      #expect(events.hasDecoded)
    }
    #expect(try contents(index).count == bytes.count)
  }

  @Test func everyByteOfTheIndexIsGuarded() throws {
    let images = try TemporaryImages()
    try images.addClass("a", count: 1, first: 0)
    try images.addClass("b", count: 1, first: 1)
    _ = try images.load()
    let index = try images.cacheFolder() + "/index"
    let bytes = try contents(index)
    for place in stride(from: 0, to: bytes.count, by: 5) {
      var damaged = bytes
      damaged[place] ^= 0x10
      try write(damaged, to: index)
      #expect(try images.load().allValues == [0, 1])
    }
  }

  @Test func aCacheThatWasCutShortIsMadeAgainAndLeftoversGo() throws {
    let images = try filledFolder()
    let whole = try images.load()
    let folder = try images.cacheFolder()
    // As a process leaves them that is killed while it writes: pixels half done, an index under a temporary name.
    try write([1, 2, 3], to: folder + "/pixels.partial")
    try write([1, 2, 3], to: folder + "/index.123.partial")
    try write([1, 2, 3], to: folder + "/pixels-0000000000000000.rgb")
    try images.addImage("a/new.ppm", 99)
    #expect(try images.load().allValues == values + [99])
    let names = try FileManager.default.contentsOfDirectory(atPath: folder)
    #expect(names.count == 3)
    #expect(names.filter { !$0.hasPrefix("pixels-") }.sorted() == ["index", "lock"])
    // What an earlier load gave out stays as it was.
    #expect(whole.allValues == values)
  }

  @Test func aForeseenNameIsNotWrittenThrough() throws {
    let images = try filledFolder()
    _ = try images.load()
    let folder = try images.cacheFolder()
    let victim = images.root + "-victim"
    defer { try? FileManager.default.removeItem(atPath: victim) }
    try write([1, 2, 3], to: victim)
    for name in ["pixels.partial", "index.\(getpid()).partial"] {
      try FileManager.default.createSymbolicLink(
        atPath: folder + "/" + name, withDestinationPath: victim)
    }
    try images.addImage("a/new.ppm", 99)
    #expect(try images.load().allValues == values + [99])
    #expect(try contents(victim) == [1, 2, 3])
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder).count == 3)
  }

  @Test func aLinkInPlaceOfTheCacheIsRefusedAndNothingIsDeletedBehindIt() throws {
    let images = try filledFolder()
    _ = try images.load()
    let folder = try images.cacheFolder()
    let elsewhere = images.root + "-elsewhere"
    defer { try? FileManager.default.removeItem(atPath: elsewhere) }
    try FileManager.default.moveItem(atPath: folder, toPath: elsewhere)
    try write([1], to: elsewhere + "/mine")
    try FileManager.default.createSymbolicLink(atPath: folder, withDestinationPath: elsewhere)
    try images.addImage("a/new.ppm", 99)
    #expect(message { _ = try images.load() }?.contains("found a symbolic link, expected a folder") == true)
    #expect(try contents(elsewhere + "/mine") == [1])
  }

  @Test func severalMayLoadAtTheSameTime() throws {
    let images = try filledFolder()
    let counts = EventLog()
    let (name, data) = (images.name, images.dataDirectory)
    DispatchQueue.concurrentPerform(iterations: 6) { _ in
      let splits = try? loadDataset(
        DataSelection(
          name, dataDirectory: data, images: ImageFolderOptions(imageSize: ImageSize("4"))),
        observer: { counts.add($0) })
      #expect(splits?.allValues == values)
    }
    #expect(counts.decodedCount == 20)
  }
}
