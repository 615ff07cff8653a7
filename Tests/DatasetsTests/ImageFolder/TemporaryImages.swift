import Datasets
import Foundation
import TestSupport

/// An empty folder for images, with a data directory beside it; both are removed with the object.
final class TemporaryImages {
  /// The folder of the images.
  let root: String
  let dataDirectory: String
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    let parent = URL(fileURLWithPath: folder.path).resolvingSymlinksInPath().path
    root = parent + "/images"
    dataDirectory = parent + "/data"
    try FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: true)
  }

  var name: String { "folder:\(root)" }

  /// Writes a grey image of 4 × 4 pixels, a portable pixmap whatever its name says.
  func addImage(_ path: String, _ value: UInt8) throws {
    try add(path, Array("P6 4 4 255\n".utf8) + [UInt8](repeating: value, count: 48))
  }

  /// Writes a file and the folders it lies in.
  func add(_ path: String, _ bytes: [UInt8]) throws {
    let file = URL(fileURLWithPath: root + "/" + path)
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(bytes).write(to: file)
  }

  /// Writes images named 0.ppm, 1.ppm, … with the values `first`, `first` + 1, … into the folder of a class.
  func addClass(_ folder: String, count: Int, first: UInt8) throws {
    for index in 0..<count { try addImage("\(folder)/\(index).ppm", first + UInt8(index)) }
  }

  func remove(_ path: String) throws { try FileManager.default.removeItem(atPath: root + "/" + path) }

  /// Replaces a file by bytes of the same number and gives it back its time of change.
  func changeUnnoticed(_ path: String, _ bytes: [UInt8]) throws {
    let file = root + "/" + path
    var status = stat()
    guard stat(file, &status) == 0 else { throw CocoaError(.fileReadNoSuchFile) }
    try Data(bytes).write(to: URL(fileURLWithPath: file))
    var times = [status.st_atim, status.st_mtim]
    utimensat(AT_FDCWD, file, &times, 0)
  }

  /// Gives every file below a folder the same time of modification, as archives do.
  func setTimes(of folder: String = "") throws {
    let top = root + "/" + folder
    for name in FileManager.default.enumerator(atPath: top)?.compactMap({ $0 as? String }) ?? [] {
      var times = [timespec(tv_sec: 1_000_000_000, tv_nsec: 0), timespec(tv_sec: 1_000_000_000, tv_nsec: 0)]
      utimensat(AT_FDCWD, top + "/" + name, &times, 0)
    }
  }

  func move(_ path: String, to other: String) throws {
    try FileManager.default.moveItem(atPath: root + "/" + path, toPath: root + "/" + other)
  }

  /// Loads with images of 4 × 4 pixels, so that the values stay what they are.
  func load(
    train: Int? = nil, validation: Int? = nil, skip: Bool = false, events: EventLog = EventLog()
  ) throws -> DatasetSplits {
    try loadDataset(
      DataSelection(
        name, trainSize: train, validationSize: validation, dataDirectory: dataDirectory,
        images: ImageFolderOptions(imageSize: ImageSize("4"), skipUnreadable: skip)),
      observer: { events.add($0) })
  }

  /// The folder of the cache, which must be the only one.
  func cacheFolder() throws -> String {
    let folder = dataDirectory + "/cache"
    let names = try FileManager.default.contentsOfDirectory(atPath: folder)
    guard let name = names.first, names.count == 1 else { throw CocoaError(.fileReadUnknown) }
    return folder + "/" + name
  }

  /// The path of the cache's file of pixels.
  func pixelFile() throws -> String {
    let folder = try cacheFolder()
    let names = try FileManager.default.contentsOfDirectory(atPath: folder)
    guard let name = names.first(where: { $0.hasSuffix(".rgb") }) else { throw CocoaError(.fileReadUnknown) }
    return folder + "/" + name
  }
}

/// The events of loading, which may come from several threads.
typealias EventLog = Collected<DatasetLoadingEvent>

extension Collected<DatasetLoadingEvent> {
  var notes: [String] {
    all.compactMap { if case .note(let text) = $0 { text } else { nil } }
  }

  /// Whether the cache was made or made again.
  var hasDecoded: Bool {
    all.contains { if case .decoding = $0 { true } else { false } }
  }

  /// How many images the events count as taken over from the cache.
  var takenOverCount: Int {
    all.reduce(0) { if case .takenOver(let count) = $1 { $0 + count } else { $0 } }
  }

  /// How many images the events count as decoded.
  var decodedCount: Int {
    all.reduce(0) { if case .decoded(let count) = $1 { $0 + count } else { $0 } }
  }
}

extension LabeledImages {
  /// The value of each image of one colour.
  var values: [UInt8] {
    (0..<count).map { images.pixels[$0 * images.imageSize] }
  }
}

extension DatasetSplits {
  /// The values of all three sets, sorted.
  var allValues: [UInt8] { (train.values + validation.values + test.values).sorted() }
}
