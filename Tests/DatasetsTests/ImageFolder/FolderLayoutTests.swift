import Datasets
import Foundation
import TestSupport
import Testing

@Suite struct FolderLayoutTests {
  /// Sets of two classes under these names.
  private func sets(_ names: [String]) throws -> TemporaryImages {
    let images = try TemporaryImages()
    for (place, name) in names.enumerated() {
      try images.addClass(name + "/cat", count: 20, first: UInt8(place * 50))
      try images.addClass(name + "/dog", count: 20, first: UInt8(place * 50 + 20))
    }
    return images
  }

  @Test(arguments: [
    ["Training", "Testing"], ["TRAIN", "TEST"], ["Train", "Test"], ["train_images", "test_images"],
    ["training_set", "test_set"], ["trainset", "testset"], ["images.train", "images.test"],
    ["train", "Test"],
  ])
  func knowsTheNamesOfSets(names: [String]) throws {
    let splits = try sets(names).load()
    #expect(splits.classNames == ["cat", "dog"])
    #expect(splits.train.count + splits.validation.count == 40)
    #expect(splits.test.values.sorted() == Array(50..<90))
  }

  @Test(arguments: ["val", "valid", "Validation", "dev", "EVAL", "val_images"])
  func knowsTheNamesOfValidation(name: String) throws {
    let splits = try sets(["Train", name]).load()
    #expect(splits.classNames == ["cat", "dog"])
    #expect(splits.validation.values.sorted() == Array(50..<90))
  }

  @Test(arguments: [
    (["train", "Training"], "the folders Training and train, expected one folder of training images"),
    (["train", "val", "dev"], "the folders dev and val, expected one folder of validation images"),
    (["train", "test", "Testing"], "the folders Testing and test, expected one folder of test images"),
    (["Train", "Test", "extra"], "a folder beside Train/, which has folders of classes"),
    (
      ["fold1", "fold2"],
      "the folders fold1, fold2, which hold no image but folders of the same names (cat, dog)"
    ),
    (["Training", "holdout"], "the folders Training, holdout, which hold no image"),
    (["val", "test"], "the folders test, val, which hold no image but folders of the same names"),
  ])
  func refusesSetsThatItCannotTell(names: [String], words: String) throws {
    let images = try sets(names)
    #expect(message { _ = try images.load() }?.contains("found " + words) == true)
    // Nothing was made of it.
    #expect(!FileManager.default.fileExists(atPath: images.dataDirectory))
  }

  @Test(arguments: [["train", "test"], ["Train", "val", "Test"], ["dev", "eval"]])
  func setsWithoutClassesAreNoClasses(names: [String]) throws {
    let images = try TemporaryImages()
    for name in names { try images.addClass(name, count: 20, first: 0) }
    #expect(message { _ = try images.load() }?.contains("without folders of classes") == true)
  }

  @Test func aSetMayLackAClass() throws {
    let images = try sets(["one", "two"])
    try images.remove("two/dog")
    #expect(message { _ = try images.load() }?.contains("folders of the same names (cat, dog)") == true)
  }

  @Test(arguments: [
    ["stray.png"], ["one/stray.png"], ["one/stray.ppm", "two/stray.ppm"],
    [".DS_Store", "one/.DS_Store", "two/Thumbs.db", "__MACOSX/one/._0.ppm", "one/__MACOSX/cat/._0.ppm"],
    ["README.txt", "one/README.txt", "two/labels.csv"], ["docs/README.txt"],
  ])
  func whatLiesBesideSetsMakesThemNoClasses(files: [String]) throws {
    let images = try sets(["one", "two"])
    for file in files { try images.addImage(file, 200) }
    #expect(
      message { _ = try images.load(skip: true) }?.contains("folders of the same names (cat, dog)") == true)
    #expect(!FileManager.default.fileExists(atPath: images.dataDirectory))
  }

  @Test func aFolderOfImagesWithFoldersIsAClass() throws {
    let images = try sets(["one", "two"])
    try images.addClass("one", count: 20, first: 100)
    #expect(try images.load().classNames == ["one", "two"])
    // As many beside the folders as in them are no strays.
    let small = try TemporaryImages()
    for name in ["cat", "dog"] {
      try small.addClass(name, count: 4, first: 0)
      try small.addClass(name + "/indoor", count: 2, first: 10)
      try small.addClass(name + "/outdoor", count: 2, first: 20)
    }
    #expect(try small.load().classNames == ["cat", "dog"])
  }

  @Test(arguments: [
    (["cat/train", "cat/test", "dog/train", "dog/test"], "cat", "test, train"),
    (["cat/train", "cat/val", "dog/train", "dog/test"], "cat", "train, val"),
    (["can", "bottle/train", "bottle/test", "bottle/truth"], "bottle", "test, train"),
    (["train/cat/Train", "train/cat/Test", "train/dog"], "train/cat", "Test, Train"),
  ])
  func classesThatHoldSetsAreRefused(folders: [String], holder: String, sets: String) throws {
    let images = try TemporaryImages()
    for folder in folders { try images.addClass(folder, count: 20, first: 0) }
    try images.addImage(holder + "/stray.png", 1)
    let name = holder.split(separator: "/").last ?? ""
    let names = sets.split(separator: ", ")
    #expect(
      message { _ = try images.load() }
        == "\(images.root)/\(holder): found the folders \(sets), named like sets of images, in the place of a class, "
        + "expected sets that hold the classes, not classes that hold the sets; move \(name)/\(names[0]) to "
        + "\(names[0])/\(name) and \(name)/\(names[1]) to \(names[1])/\(name), and those of the other classes too"
    )
    #expect(!FileManager.default.fileExists(atPath: images.dataDirectory))
  }

  /// Where `train` tells what the folders in it are, their own folders may have any names.
  @Test func classesOfAKnownSetMayHoldFoldersOfTheSameNames() throws {
    let images = try sets(["train/one", "train/two", "test/one", "test/two"])
    #expect(try images.load().classNames == ["one", "two"])
  }

  @Test func severalDatasetsAreNoClasses() throws {
    let images = try TemporaryImages()
    for folder in ["pets/train/cat", "pets/train/dog", "pets/test/cat", "cars/all"] {
      try images.addClass(folder, count: 20, first: 0)
    }
    #expect(
      message { _ = try images.load() }?.hasSuffix(
        "give folder:\(images.root)/pets if that is a dataset of its own") == true)
  }

  @Test func classesMayHoldFoldersAlone() throws {
    let images = try TemporaryImages()
    try images.addClass("animal/cat", count: 2, first: 0)
    try images.addClass("animal/dog", count: 2, first: 10)
    try images.addClass("vehicle/car", count: 2, first: 20)
    #expect(try images.load().classNames == ["animal", "vehicle"])
    let same = try TemporaryImages()
    try same.addClass("cat/images", count: 3, first: 0)
    try same.addClass("dog/images", count: 3, first: 10)
    #expect(try same.load().classNames == ["cat", "dog"])
    // One folder of trains among other vehicles.
    try images.addClass("Train/steam", count: 2, first: 30)
    #expect(try images.load().classNames == ["Train", "animal", "vehicle"])
  }

  @Test func aClassThatCannotBeListedIsAnError() throws {
    let images = try TemporaryImages()
    try images.addClass("a", count: 3, first: 0)
    try images.addClass("b", count: 3, first: 10)
    try FileManager.default.createSymbolicLink(
      atPath: images.root + "/lost", withDestinationPath: "nowhere")
    try FileManager.default.createSymbolicLink(
      atPath: images.root + "/circle", withDestinationPath: "circle")
    let unnamed = images.root.utf8CString.dropLast() + [0x2F, CChar(bitPattern: 0xFF), 0]
    #expect(mkdir(Array(unnamed), 0o700) == 0)
    #expect(
      message { _ = try images.load() }
        == "\(images.root)/circle: found \"Too many levels of symbolic links\" when it was examined, expected a folder "
        + "of images; repair or remove it, or give `skipUnreadable` to leave it out")
    let events = EventLog()
    let splits = try images.load(skip: true, events: events)
    #expect(splits.classNames == ["a", "b"])
    #expect(splits.skippedImages == 3)
    for words in [
      "circle: found \"Too many levels", "lost: found \"No such file",
      "\u{FFFD}: found a name that is not UTF-8",
    ] {
      #expect(events.notes.contains { $0.hasPrefix("left out: \(images.root)/\(words)") })
    }
    let checked = try DatasetSpec.named(images.name).verify(dataDirectory: images.dataDirectory)
    #expect(checked.map(\.passed) == [false, false, false, false])
    #expect(checked.last?.found == "6 images in 2 classes")
  }

  @Test func aLostLinkToAFileIsNoClass() throws {
    let images = try TemporaryImages()
    try images.addClass("a", count: 3, first: 0)
    try images.addClass("b", count: 3, first: 10)
    for (link, target) in [("labels", "/nowhere/labels.csv"), ("notes.txt", "nowhere.txt"), ("x.md", "y")] {
      try FileManager.default.createSymbolicLink(
        atPath: images.root + "/" + link, withDestinationPath: target)
    }
    let events = EventLog()
    #expect(try images.load(events: events).classNames == ["a", "b"])
    #expect(events.notes == ["\(images.root)/labels and 2 more: not in a class's folder, passed over"])
  }

  @Test(arguments: ["nowhere", "old.2024"])
  func aSetThatCannotBeListedIsNeverLeftOut(target: String) throws {
    let images = try sets(["train"])
    try FileManager.default.createSymbolicLink(
      atPath: images.root + "/test", withDestinationPath: target)
    #expect(
      message { _ = try images.load(skip: true) }
        == "\(images.root)/test: found \"No such file or directory\" when it was examined, expected a folder of classes; "
        + "repair or remove it")
  }

  @Test func aClassLeftOutOfTrainingIsLeftOutOfTheTest() throws {
    let images = try sets(["train", "test"])
    try images.addClass("test/fish", count: 3, first: 200)
    try images.addClass("train/cow", count: 3, first: 210)
    try FileManager.default.createSymbolicLink(
      atPath: images.root + "/train/fish", withDestinationPath: "nowhere")
    #expect(message { _ = try images.load() }?.hasPrefix("\(images.root)/train/fish: found") == true)
    let splits = try images.load(skip: true)
    #expect(splits.classNames == ["cat", "cow", "dog"])
    #expect(splits.test.values.sorted() == Array(50..<90))
    #expect(splits.skippedImages == 2)
  }

  @Test func whatMacintoshPutsIntoArchivesIsNoClass() throws {
    let images = try TemporaryImages()
    try images.addClass("a", count: 3, first: 0)
    try images.addClass("b", count: 3, first: 10)
    try images.add("__MACOSX/a/._0.ppm", [1])
    #expect(try images.load().classNames == ["a", "b"])
  }
}
