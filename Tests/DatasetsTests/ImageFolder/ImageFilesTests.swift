import Datasets
import Foundation
import TestSupport
import Testing

@Suite struct ImageFilesTests {
  /// The paths below a folder that were found.
  private func found(_ files: ImageFileList, in root: String) -> [String] {
    files.items.map { String($0.path.dropFirst(root.count + 1)) }
  }

  @Test func foldersAreWalkedInTheOrderOfNames() throws {
    let images = try TemporaryImages()
    for path in ["b/2.ppm", "b/10.ppm", "a/z.ppm", "a/Z.ppm", "c.ppm", "b.ppm"] {
      try images.addImage(path, 1)
    }
    for path in [".hidden/1.ppm", "a/.1.ppm", "b/Thumbs.db", "__MACOSX/1.ppm"] {
      try images.addImage(path, 1)
    }
    let files = ImageFileList(at: [images.root])
    #expect(
      found(files, in: images.root) == ["a/Z.ppm", "a/z.ppm", "b/10.ppm", "b/2.ppm", "b.ppm", "c.ppm"])
    #expect(files.items.allSatisfy { $0.obstacle == nil } && files.notes.isEmpty)
    #expect(ImageFileList(at: [images.root + "//"]).items == files.items)
  }

  @Test func aNamedFileIsTakenWhateverItIsCalled() throws {
    let images = try TemporaryImages()
    try images.addImage(".hidden.ppm", 1)
    let path = images.root + "/.hidden.ppm"
    #expect(ImageFileList(at: [path, path]).items.map(\.path) == [path, path])
    #expect(ImageFileList(at: [images.root]).items.isEmpty)
  }

  @Test func whatLinksLeadToIsTakenOnce() throws {
    let images = try TemporaryImages()
    try images.addImage("a/1.ppm", 1)
    for (link, target) in [("a/back", ".."), ("b", "a"), ("c.ppm", "a/1.ppm")] {
      try FileManager.default.createSymbolicLink(
        atPath: images.root + "/" + link, withDestinationPath: target)
    }
    let files = ImageFileList(at: [images.root])
    #expect(found(files, in: images.root) == ["a/1.ppm"])
    #expect(files.notes.count == 1)
    #expect(files.notes.first?.contains("a/back and 2 more") == true)
  }

  @Test func whatCannotBeAnImageSaysWhy() throws {
    let images = try TemporaryImages()
    try images.addImage("good.ppm", 7)
    try images.add("text.png", Array("no image".utf8))
    try FileManager.default.createSymbolicLink(
      atPath: images.root + "/lost.png", withDestinationPath: "nowhere")
    mkfifo(images.root + "/pipe", 0o600)
    let files = ImageFileList(at: [images.root, images.root + "/missing.png"])
    #expect(
      found(files, in: images.root) == ["good.ppm", "lost.png", "pipe", "text.png", "missing.png"])
    let obstacles = files.items.map(\.obstacle)
    #expect(obstacles[1]?.contains("lost.png: found \"No such file") == true)
    #expect(obstacles[2]?.contains("pipe: found a device or a pipe, expected an image file") == true)
    #expect(obstacles[4]?.contains("missing.png") == true)
    // Only opening shows what is wrong with this one.
    #expect(obstacles[3] == nil)
    let decoded = files.decoded(0..<5, size: try #require(ImageSize(height: 2, width: 3)))
    #expect(decoded.obstacles.map { $0 == nil } == [true, false, false, false, false])
    #expect(decoded.obstacles[3]?.contains("bytes that are no image") == true)
    #expect(decoded.images.count == 1 && decoded.images.height == 2 && decoded.images.width == 3)
    #expect(Array(decoded.images.pixels) == [UInt8](repeating: 7, count: 18))
  }

  @Test func imagesAreThoseOfTheFolderReader() throws {
    let images = try TemporaryImages()
    for name in ["a", "b"] {
      for index in 0..<4 {
        let pixels = (0..<9 * 5 * 3).map { UInt8(($0 * 7 + index * 31 + (name == "a" ? 0 : 90)) % 256) }
        try images.add("\(name)/\(index).ppm", Array("P6 9 5 255\n".utf8) + pixels)
      }
    }
    let size = try #require(ImageSize(height: 4, width: 6))
    let data = try loadDataset(
      DataSelection(
        images.name, validationSize: 0, dataDirectory: images.dataDirectory,
        images: ImageFolderOptions(imageSize: size)))
    let paths = try #require(data.paths).train
    let files = ImageFileList(at: paths.map { images.root + "/" + $0 })
    #expect(files.decoded(0..<files.items.count, size: size).images == data.train.images)
  }
}
