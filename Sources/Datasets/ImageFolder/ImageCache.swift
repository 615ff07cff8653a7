import Files
import Augmentation
import Crypto
import Foundation
import ImageFiles

/// Decoded images of a folder on the disk, one file of pixels and an index, made when first asked for.
///
/// Whatever stops the making, the index names a whole file of pixels: it is replaced last, in one step. One process at a
/// time looks and makes; the images that others have mapped stay as they were.
struct ImageCache {
  /// The images of a folder in memory.
  struct Contents {
    /// Pixels of all images that could be read, in the order asked for.
    let pixels: LentBytes
    /// For each image asked for, whether it is among them.
    let isReadable: [Bool]
    let unreadable: [UnreadableImage]
  }

  /// The folder of the images.
  let root: String
  let imageSize: ImageSize
  /// The folder of the cache.
  let folder: String
  let observer: DatasetLoadingObserver

  private var bytesPerImage: Int { imageSize.height * imageSize.width * 3 }
  private var indexPath: String { folder + "/index" }

  /// - Parameter dataDirectory: holds the folder `cache`, in which every image folder and size has a folder.
  init(root: String, imageSize: ImageSize, dataDirectory: String, observer: @escaping DatasetLoadingObserver)
  {
    self.root = root
    self.imageSize = imageSize
    self.observer = observer
    let digest = SHA256.hash(data: Data(root.utf8)).prefix(8).map {
      String(Int($0) + 256, radix: 16).dropFirst()
    }
    folder = dataDirectory + "/cache/folder-\(digest.joined())-\(imageSize)"
  }

  /// The images in this order; decodes those that the cache does not have as they are now.
  func contents(of images: [FolderImage]) throws -> Contents {
    do {
      // A link would have the files elsewhere deleted that the index does not name.
      try Folder.makeOwn(folder)
    } catch let error as FileError {
      throw DatasetError.badFile(
        file: folder, offset: nil, found: "no way to make it (\(error.reason))",
        expected: "a folder for decoded images", cure: "choose another folder with --data-dir")
    }
    return try withCacheLock(
      folder + "/lock",
      whenWaiting: {
        observer(.note("waiting for another process that prepares the same images"))
      }
    ) {
      let old = OldImageCache(folder: folder, indexPath: indexPath, imageSize: imageSize)
      let reuse = images.map { old?.slot(of: $0) }
      if let kept = try unchanged(images, reuse, old) { return kept }
      return try rebuilt(images, reuse, old)
    }
  }

  /// What the cache has, if that is what is asked for: every image in its place, and nothing else but files that
  /// are as they were when they could not be decoded.
  private func unchanged(_ images: [FolderImage], _ reuse: [Int?], _ old: OldImageCache?) throws -> Contents?
  {
    guard let old, old.isIntact, reuse.compactMap(\.self).elementsEqual(old.index.records.indices) else {
      return nil
    }
    var unreadable: [UnreadableImage] = []
    for (image, slot) in zip(images, reuse) where slot == nil {
      guard let fault = old.fault(of: image) else { return nil }
      if fault.isOfContent {
        unreadable.append(UnreadableImage(path: image.path, reason: fault.reason))
      } else {
        // Permissions may have changed, which the time of change does not tell. A refusal takes no time.
        guard case .failure(let again) = decoded(image), !again.isOfContent else { return nil }
        unreadable.append(again.image)
      }
    }
    return Contents(
      pixels: try old.pixels.mapped(size: old.index.records.count * bytesPerImage),
      isReadable: reuse.map { $0 != nil }, unreadable: unreadable)
  }

  /// Makes the cache anew, taking over from the old one what is still good.
  private func rebuilt(_ images: [FolderImage], _ reuse: [Int?], _ old: OldImageCache?) throws -> Contents {
    // The lock is held: what has such a name is of a killed process, and takes room.
    try AtomicFile.removeLeftovers(in: folder)
    let temporary = TemporaryName.path(for: folder + "/pixels")
    let file = try CacheFile(writing: temporary, size: images.count * bytesPerImage)
    do {
      return try rebuilt(images, reuse, old, in: file)
    } catch {
      unlink(temporary)
      throw error
    }
  }

  private func rebuilt(
    _ images: [FolderImage], _ reuse: [Int?], _ old: OldImageCache?, in file: CacheFile
  ) throws -> Contents {
    let results = ImageResults(count: images.count)
    observer(.decoding(total: images.count))
    forEachConcurrently(images.indices) { place in
      results.set(place) {
        try pixels(of: images[place], reuse[place], old)
      } writing: {
        try file.write($0, at: place * bytesPerImage)
      }
      observer(.decoded(1))
    }
    let outcomes = try results.finish()
    var records: [ImageCacheIndex.Record] = []
    var faults: [ImageCacheIndex.Fault] = []
    for (place, outcome) in outcomes.enumerated() {
      let checksum: UInt32
      switch outcome {
      case .success(let value): checksum = value
      case .failure(let fault):
        faults.append(ImageCacheIndex.Fault(of: images[place], fault.image.reason, fault.isOfContent))
        continue
      }
      // Images behind one that cannot be read move up.
      if records.count < place, let bytes = try file.bytes(at: place * bytesPerImage, count: bytesPerImage) {
        try file.write(bytes, at: records.count * bytesPerImage)
      }
      let image = images[place]
      records.append(
        ImageCacheIndex.Record(
          path: image.path, size: image.size, modified: image.modified, checksum: checksum))
    }
    try commit(records, faults, file)
    return Contents(
      pixels: try file.mapped(size: records.count * bytesPerImage),
      isReadable: outcomes.map { if case .success = $0 { true } else { false } },
      unreadable: outcomes.compactMap { if case .failure(let fault) = $0 { fault.image } else { nil } })
  }

  /// Gives a finished file of pixels its name, then the index, then removes all that the index does not name.
  private func commit(
    _ records: [ImageCacheIndex.Record], _ faults: [ImageCacheIndex.Fault], _ file: CacheFile
  ) throws {
    try file.finish(size: records.count * bytesPerImage)
    let name = ImageCacheIndex.pixelFileName(for: records)
    guard rename(file.path, folder + "/" + name) == 0 else {
      throw CacheFile.failure(folder + "/" + name, "put in place", errno)
    }
    let index = ImageCacheIndex(
      pixelFile: name, pixelFileModified: try file.state().modified, records: records, faults: faults)
    try AtomicFile.write(Data(index.encoded(imageSize: imageSize)), to: indexPath)
    for entry in try folderEntries(of: folder) where !["index", "lock", name].contains(entry.name) {
      unlink(folder + "/" + entry.name)
    }
  }

  /// An image's pixels, from the old cache when they are there unharmed, otherwise from its file.
  private func pixels(
    of image: FolderImage, _ slot: Int?, _ old: OldImageCache?
  ) throws -> Result<[UInt8], ImageFault> {
    if let fault = old?.fault(of: image), fault.isOfContent {
      return .failure(
        ImageFault(image: UnreadableImage(path: image.path, reason: fault.reason), isOfContent: true))
    }
    if let slot, let old, let bytes = try old.pixels.bytes(at: slot * bytesPerImage, count: bytesPerImage),
      checksum(bytes) == old.index.records[slot].checksum
    {
      return .success(bytes)
    }
    return decoded(image)
  }

  private func decoded(_ image: FolderImage) -> Result<[UInt8], ImageFault> {
    let path = root + "/" + image.path
    do {
      return .success(
        try PixelBudget.shared.decode(readBytes(path, limit: 1 << 30), name: path) {
          $0.covering(width: imageSize.width, height: imageSize.height).pixels
        })
    } catch {
      return .failure(
        ImageFault(
          image: UnreadableImage(path: image.path, reason: "\(error)"), isOfContent: error is ImageFileError))
    }
  }
}

/// Why there are no pixels of an image.
private struct ImageFault: Error {
  let image: UnreadableImage
  /// Whether the same bytes can never be decoded; else they could not be read.
  let isOfContent: Bool
}

/// The cache as an earlier run left it.
private struct OldImageCache: Sendable {
  let index: ImageCacheIndex
  let pixels: CacheFile
  /// Whether the file of pixels is the one that was written, as far as size and time tell.
  let isIntact: Bool
  private let slots: [[UInt8]: Int]
  private let faults: [[UInt8]: ImageCacheIndex.Fault]

  /// Nil when there is none, or one that cannot be trusted.
  init?(folder: String, indexPath: String, imageSize: ImageSize) {
    guard let file = try? readOwnBytes(indexPath, limit: .max),
      let index = ImageCacheIndex(file, imageSize: imageSize),
      let pixels = CacheFile(reading: folder + "/" + index.pixelFile), let state = try? pixels.state()
    else { return nil }
    self.index = index
    self.pixels = pixels
    isIntact =
      state.size == index.records.count * imageSize.height * imageSize.width * 3
      && state.modified == index.pixelFileModified
    slots = Dictionary(
      index.records.enumerated().map { (Array($0.element.path.utf8), $0.offset) }, uniquingKeysWith: { $1 })
    faults = Dictionary(index.faults.map { (Array($0.path.utf8), $0) }, uniquingKeysWith: { $1 })
  }

  /// Why an image could not be decoded; nil when that is not known of the file as it is now.
  func fault(of image: FolderImage) -> ImageCacheIndex.Fault? {
    faults[Array(image.path.utf8)].flatMap { $0.stands(for: image) ? $0 : nil }
  }

  /// Where an image's pixels lie, nil when the cache lacks the image or has it as it was before a change.
  func slot(of image: FolderImage) -> Int? {
    guard let slot = slots[Array(image.path.utf8)], index.records[slot].stands(for: image) else { return nil }
    return slot
  }
}

/// What became of each image, gathered from several threads.
private final class ImageResults: @unchecked Sendable {
  // The lock guards both variables, so sharing the object is safe.
  private let lock = NSLock()
  private var outcomes: [Result<UInt32, ImageFault>?]
  private var error: (any Error)?

  init(count: Int) {
    outcomes = Array(repeating: nil, count: count)
  }

  /// Makes one image and writes it; after an error of the cache itself, nothing more is done.
  func set(
    _ place: Int, _ make: () throws -> Result<[UInt8], ImageFault>,
    writing write: ([UInt8]) throws -> Void
  ) {
    guard lock.withLock({ error == nil }) else { return }
    do {
      let outcome = try make()
      if case .success(let pixels) = outcome { try write(pixels) }
      let sum = outcome.map(checksum)
      lock.withLock { outcomes[place] = sum }
    } catch {
      lock.withLock { self.error = error }
    }
  }

  func finish() throws -> [Result<UInt32, ImageFault>] {
    if let error { throw error }
    return outcomes.compactMap(\.self)
  }
}
