import Datasets
import Foundation
import Testing

@Suite struct DataSelectionTests {
  @Test func movedImagesKeepTheNameThatTheRunBeganWith() throws {
    let images = try TemporaryImages()
    try images.addClass("cat", count: 20, first: 10)
    try images.addClass("dog", count: 20, first: 100)
    let before = try images.load()
    let begun = DataSelection(
      images.name, dataDirectory: images.dataDirectory, images: ImageFolderOptions(imageSize: ImageSize("4")))
    let place = images.root + "-moved"
    try FileManager.default.moveItem(atPath: images.root, toPath: place)
    var asked = begun
    asked.dataset = "folder:\(place)"
    let moved = asked.named(as: begun)
    #expect(moved.dataset == begun.dataset && moved.place == "folder:\(place)")
    let after = try loadDataset(moved)
    #expect(after.name == begun.dataset && after.digest() == before.digest())
    #expect(try sampleDataset(moved, count: 2).train.count == 2)
    // Back again, nothing is left to tell.
    #expect(begun.named(as: moved) == begun)
    // What is no folder has no place in its name.
    #expect(DataSelection("cifar10").named(as: begun).dataset == "cifar10")
    #expect(DataSelection("folder:/x").named(as: DataSelection("cifar10")).dataset == "folder:/x")
  }
}
