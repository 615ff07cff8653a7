import Files
import Foundation
import Images
import Synchronization
import Text

extension DatasetFamily {
  /// Your own images: `folder:PATH`, a folder with a folder for each class.
  static let folder = DatasetFamily(
    name: "folder", usage: "folder:PATH",
    summary:
      "your own images: a folder with one folder for each class, or train/, val/ and test/ with such folders",
    plain: nil, takesImageSize: true, isMovable: true
  ) { path in
    guard !path.isEmpty else {
      throw DatasetError.badParameter(dataset: "folder", found: "no path", expected: "folder:PATH")
    }
    let root = try absolutePath(path)
    return DatasetSpec(
      name: "folder:\(root)", summary: "the images in \(root)", licence: "as of the images",
      searchDefaults: nil,
      // A user who names a size of image expects the same strength relative to the image.
      imageSize: nil, tailDefaults: TailDefaults(scalesToSize: true),
      cure: "name a folder that has a folder for each class",
      source: ImageFolder(root: root))
  }
}

/// The path from the root of the file system, symbolic links followed where the path exists.
private func absolutePath(_ path: String) throws -> String {
  let expanded = HomeFolder().expanding(path)
  let whole = try WorkingFolder.wholePath(expanded)
  return realPath(expanded) ?? whole
}

/// A folder of images as a dataset.
struct ImageFolder: DatasetSource {
  /// An absolute path.
  let root: String

  /// Whether the folder is there.
  func status(of dataset: DatasetSpec, in dataDirectory: String) -> DatasetStatus {
    Folder.isThere(root)
      ? .found(folder: root, form: "image folder") : .missing(searched: [root], cure: dataset.cure)
  }

  /// Loads the images by way of the cache in a data directory.
  ///
  /// Without sets of its own in the folder, a tenth of each class is for test and a tenth of all for validation. The
  /// first `trainSize` of the remaining order are trained on, the last `validationSize` validated on.
  func load(
    _ dataset: DatasetSpec, _ selection: DataSelection, observer: @escaping DatasetLoadingObserver
  ) throws -> DatasetSplits {
    let options = selection.images
    let listing = try FolderListing(of: root)
    for note in listing.notes { observer(.note(note)) }
    try settleFolders(listing, skip: options.skipUnreadable, observer)
    let drawn = StratifiedOrder(listing.train, setsAside: listing.test == nil)
    let validation = listing.validation.map { StratifiedOrder($0, setsAside: false).pool } ?? []
    let sets = [drawn.pool, validation, listing.test ?? drawn.aside]
    let size = options.imageSize ?? .standard
    let cache = ImageCache(
      root: root, imageSize: size, dataDirectory: try HomeFolder().resolving(selection.dataDirectory),
      observer: observer)
    let contents = try cache.contents(of: sets.flatMap(\.self))
    let unreadable = listing.faults + contents.unreadable
    try settle(unreadable, skip: options.skipUnreadable, observer)

    var (first, place) = (0, 0)
    let stored = sets.map { images in
      let readable = zip(images, contents.isReadable[place..<place + images.count]).filter(\.1).map(\.0)
      place += images.count
      defer { first += readable.count }
      return CachedSet(pixels: contents.pixels, first: first, images: readable, size: size)
    }
    let (trained, validated) = try draw(
      dataset, selection, pool: stored[0], own: listing.validation == nil ? nil : stored[1], listing)
    let (train, tested) = (trained.all, stored[2])
    return DatasetSplits(
      name: dataset.name, classNames: listing.classNames, train: train, validation: validated.all,
      test: tested.all, statistics: ChannelStatistics(of: train.images),
      skippedImages: unreadable.count + listing.unusableFolders.count,
      paths: ImagePaths(
        train: trained.images.map(\.path), validation: validated.images.map(\.path),
        test: tested.images.map(\.path)))
  }

  /// Refuses folders of classes that cannot be listed, or names those that are left out.
  func settleFolders(
    _ listing: FolderListing, skip: Bool, _ observer: DatasetLoadingObserver = { _ in }
  ) throws {
    guard let first = listing.unusableFolders.first else { return }
    guard skip else { throw listing.refusal(of: first) }
    for fault in listing.unusableFolders {
      observer(.note("left out: \(root)/\(fault.path): \(fault.reason)"))
    }
  }

  /// Refuses images that cannot be read, or says how many are left out.
  private func settle(_ unreadable: [UnreadableImage], skip: Bool, _ observer: DatasetLoadingObserver) throws
  {
    guard let first = unreadable.first else { return }
    guard skip else {
      throw DatasetError.unreadableImages(
        folder: root, count: unreadable.count, first: unreadable.prefix(3).map(\.path), reason: first.reason)
    }
    for fault in unreadable.prefix(3) { observer(.note("left out: \(fault.reason)")) }
    observer(.note("left out in all: \(counted(unreadable.count, "file")) that cannot be read as images"))
  }

  private func draw(
    _ dataset: DatasetSpec, _ selection: DataSelection, pool: CachedSet, own: CachedSet?,
    _ listing: FolderListing
  ) throws -> (train: CachedSet, validation: CachedSet) {
    guard pool.count > 0 else {
      throw DatasetError.impossibleSplit(
        dataset: dataset.name, found: "no training image that can be read", expected: "some")
    }
    let most = own?.count ?? pool.count - 1
    let validation = selection.validationSize ?? own?.count ?? Self.validationShare(of: pool.count, listing)
    try dataset.requireSize(validation, in: 0...most, "validation images")
    let available = own == nil ? pool.count - validation : pool.count
    let train = selection.trainSize ?? available
    try dataset.requireSize(train, in: 1...available, "training images, beside \(validation) for validation")
    return (
      pool.part(0..<train), own?.part(0..<validation) ?? pool.part(pool.count - validation..<pool.count)
    )
  }

  /// How many of the images that training and validation share are for validation, unless it is set.
  static func validationShare(of pool: Int, _ listing: FolderListing) -> Int {
    // A tenth of the whole is a ninth of what test left over.
    let share = listing.test == nil ? drawnShare - 1 : drawnShare
    return min((pool + share / 2) / share, pool - 1)
  }

  /// Decodes every file and reports those that are no images, then the folder itself.
  func verify(
    _ dataset: DatasetSpec, in dataDirectory: String, observer: @escaping DatasetLoadingObserver
  ) throws -> [FileVerification] {
    let listing = try FolderListing(of: root)
    for note in listing.notes { observer(.note(note)) }
    let images = listing.train + (listing.validation ?? []) + (listing.test ?? [])
    observer(.decoding(total: images.count))
    let faults = Faults(
      listing.faults
        + listing.unusableFolders.map {
          UnreadableImage(path: $0.path, reason: "\(root)/\($0.path): \($0.reason)")
        })
    forEachConcurrently(images.indices) { place in
      let path = root + "/" + images[place].path
      do {
        try PixelBudget.shared.decode(readBytes(path, limit: largestImageFile), name: path) { _ in }
      } catch {
        faults.add(UnreadableImage(path: images[place].path, reason: "\(error)"))
      }
      observer(.decoded(1))
    }
    let bad = faults.sorted()
    let summary = FileVerification(
      path: root, outcome: bad.isEmpty ? .structureCheckedOnly : .malformed,
      found:
        "\(counted(images.count - bad.count + listing.faults.count + listing.unusableFolders.count, "image")) in "
        + counted(listing.classNames.count, "class", "classes"),
      expected: nil, problem: bad.isEmpty ? nil : "files that cannot be read as images: \(bad.count)")
    return bad.map {
      FileVerification(
        path: root + "/" + $0.path, outcome: .malformed, found: nil, expected: nil, problem: $0.reason)
    } + [summary]
  }
}

/// A set of images in the cache, without gaps.
private struct CachedSet {
  let pixels: LentBytes
  /// The place of the first image among all in the cache.
  let first: Int
  let images: [FolderImage]
  let size: ImageSize

  var count: Int { images.count }

  func part(_ range: Range<Int>) -> CachedSet {
    CachedSet(pixels: pixels, first: first + range.lowerBound, images: Array(images[range]), size: size)
  }

  var all: LabeledImages {
    let bytes = size.height * size.width * 3
    return LabeledImages(
      images: ImageStack(
        count: count, height: size.height, width: size.width,
        pixels: PixelBytes(pixels, first * bytes..<(first + count) * bytes)),
      labels: images.map(\.label))
  }
}

/// Files that cannot be read, gathered from several threads.
private final class Faults: Sendable {
  private let found: Mutex<[UnreadableImage]>

  init(_ found: [UnreadableImage]) {
    self.found = Mutex(found)
  }

  func add(_ fault: UnreadableImage) { found.withLock { $0.append(fault) } }

  func sorted() -> [UnreadableImage] {
    found.withLock { $0 }.sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
  }
}
