import Datasets
import Foundation
import TestSupport
import Testing

/// Files of one size and one time of modification, as they come from archives: only their content tells them apart.
@Suite struct ImageCacheChangeTests {
  private func filledFolder() throws -> TemporaryImages {
    let images = try TemporaryImages()
    try images.addClass("a", count: 6, first: 0)
    try images.addClass("b", count: 6, first: 20)
    try images.setTimes()
    return images
  }

  /// The values of the images of each class, sorted.
  private func classes(_ splits: DatasetSplits) -> [[UInt8]] {
    var found = splits.classNames.map { _ in [UInt8]() }
    for set in [splits.train, splits.validation, splits.test] {
      for (value, label) in zip(set.values, set.labels) { found[Int(label)].append(value) }
    }
    return found.map { $0.sorted() }
  }

  private let low = Array(0..<6) as [UInt8]
  private let high = Array(20..<26) as [UInt8]

  @Test func swappedFoldersSwapTheLabels() throws {
    let images = try filledFolder()
    #expect(classes(try images.load()) == [low, high])
    try images.move("a", to: "c")
    try images.move("b", to: "a")
    try images.move("c", to: "b")
    let events = EventLog()
    #expect(classes(try images.load(events: events)) == [high, low])
    // The files are the same, so their pixels are.
    #expect(events.decodedCount == 0)
    let again = EventLog()
    #expect(classes(try images.load(events: again)) == [high, low])
    #expect(!again.hasDecoded)
  }

  @Test func aRenamedClassKeepsItsPixels() throws {
    let images = try filledFolder()
    _ = try images.load()
    try images.move("a", to: "z")
    let events = EventLog()
    let splits = try images.load(events: events)
    #expect(splits.classNames == ["b", "z"])
    #expect(classes(splits) == [high, low])
    #expect(events.decodedCount == 0)
  }

  @Test func filesThatChangePlacesAreToldApart() throws {
    let images = try filledFolder()
    _ = try images.load()
    try images.move("a/0.ppm", to: "x")
    try images.move("b/5.ppm", to: "a/0.ppm")
    try images.move("x", to: "b/5.ppm")
    #expect(classes(try images.load()) == [[1, 2, 3, 4, 5, 25], [0, 20, 21, 22, 23, 24]])
  }

  @Test func aFileOfTheSameSizeAndTimeIsNoticed() throws {
    let images = try filledFolder()
    _ = try images.load()
    let bytes = Array("P6 4 4 255\n".utf8) + [UInt8](repeating: 77, count: 48)
    // In its place, as rsync writes it; and into the very file.
    try images.changeUnnoticed("a/0.ppm", bytes)
    let file = try #require(FileHandle(forWritingAtPath: images.root + "/b/5.ppm"))
    try file.write(contentsOf: Data(bytes))
    try file.close()
    try images.setTimes()
    #expect(classes(try images.load()) == [[1, 2, 3, 4, 5, 77], [20, 21, 22, 23, 24, 77]])
  }

  @Test func anotherTreeInTheSamePlaceIsRead() throws {
    let images = try filledFolder()
    _ = try images.load()
    for (name, first) in [("a", 100), ("b", 120)] as [(String, UInt8)] {
      try images.move(name, to: "../old-\(name)")
      try images.addClass(name, count: 6, first: first)
    }
    try images.setTimes()
    #expect(classes(try images.load()) == [Array(100..<106), Array(120..<126)])
  }

  @Test func aRestoredTreeIsNotDecodedAgain() throws {
    let images = try filledFolder()
    _ = try images.load()
    for (name, first) in [("a", 0), ("b", 20)] as [(String, UInt8)] {
      try images.remove(name)
      try images.addClass(name, count: 6, first: first)
    }
    try images.setTimes()
    let events = EventLog()
    #expect(classes(try images.load(events: events)) == [low, high])
    #expect(!events.hasDecoded)
  }

  @Test func aHardLinkHasThePixelsOfItsFile() throws {
    let images = try filledFolder()
    _ = try images.load()
    try images.remove("a/0.ppm")
    try images.addImage("../store/0.ppm", 60)
    try images.setTimes(of: "../store")
    try FileManager.default.linkItem(
      atPath: images.root + "/../store/0.ppm", toPath: images.root + "/a/0.ppm")
    #expect(classes(try images.load()) == [[1, 2, 3, 4, 5, 60], high])
  }

  @Test func imagesOfEqualContentKeepTheirPlaces() throws {
    let images = try filledFolder()
    for name in ["a/7.ppm", "a/8.ppm", "b/7.ppm"] { try images.addImage(name, 50) }
    try images.setTimes()
    _ = try images.load()
    let events = EventLog()
    #expect(classes(try images.load(events: events)) == [low + [50, 50], high + [50]])
    #expect(!events.hasDecoded)
  }

  @Test func aStateProvesNothingWhereItCannotTell() {
    func state(changed: Int) -> FileState {
      FileState(
        identity: FileIdentity(device: 1, number: 2), size: 3, modified: 0, changed: changed)
    }
    let now = 1_000_000_000_000_000_000
    let (second, long) = (1_000_000_000, 3_000_000_000)
    #expect(state(changed: now - long).provesContent(readAt: now, hasStableNumbers: true))
    #expect(!state(changed: now - long).provesContent(readAt: now, hasStableNumbers: false))
    // Changed just now, or by a clock that is ahead.
    #expect(!state(changed: now - second).provesContent(readAt: now, hasStableNumbers: true))
    #expect(!state(changed: now + long).provesContent(readAt: now, hasStableNumbers: true))
  }
}
