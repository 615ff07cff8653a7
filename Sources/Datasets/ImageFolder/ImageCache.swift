import Files
import Foundation
import ImageFiles
import Images

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

  /// The cache of an image folder at one size.
  ///
  /// - Parameters:
  ///   - root: the absolute path of the image folder.
  ///   - imageSize: the size to which images are scaled.
  ///   - dataDirectory: holds the folder `cache`, in which every image folder and size has a folder.
  ///   - observer: called with the progress of decoding.
  init(root: String, imageSize: ImageSize, dataDirectory: String, observer: @escaping DatasetLoadingObserver)
  {
    self.root = root
    self.imageSize = imageSize
    self.observer = observer
    let digest = hexadecimal(HashFunction.sha256(root.utf8).prefix(8))
    folder = dataDirectory + "/cache/folder-\(digest)-\(imageSize)"
  }

  /// The images in this order; decodes those that the cache does not have as they are now.
  func contents(of images: [FolderImage]) throws -> Contents {
    do {
      // A link would have the files elsewhere deleted that the index does not name.
      try Folder.makeOwn(folder)
    } catch let error as FileError {
      throw DatasetError.badFile(
        file: folder, offset: nil, found: "no way to make it (\(error.reason))",
        expected: "a folder for decoded images",
        cure: "choose another folder with \(setting: "dataDirectory")")
    }
    let path = folder + "/lock"
    let lock = try CacheFile.explaining(path, "locked") {
      try FileLock(waitingFor: path) {
        observer(.note("waiting for another process that prepares the same images"))
      }
    }
    defer { withExtendedLifetime(lock) {} }
    let old = OldImageCache(folder: folder, indexPath: indexPath, imageSize: imageSize)
    let findings = compared(images, with: old)
    if let old, let kept = try unchanged(images, findings, old) { return kept }
    return try rebuilt(images, findings, old)
  }

  /// What the old cache has of each image; files whose state does not decide are read, not decoded.
  private func compared(_ images: [FolderImage], with old: OldImageCache?) -> [ImageFinding] {
    guard let old else { return images.map { _ in .unknown } }
    var findings = images.map(old.finding)
    let open = images.indices.filter { place in
      if case .unknown = findings[place] { old.mayKnow(images[place]) } else { false }
    }
    guard !open.isEmpty else { return findings }
    observer(.comparing(total: open.count))
    let results = Gathered<ImageFinding>(count: open.count)
    forEachConcurrently(open.indices) { index in
      let image = images[open[index]]
      do {
        results.set(index, old.finding(of: image, try FileContent(of: root + "/" + image.path).stamp))
      } catch {
        results.set(index, .fault(ImageCacheIndex.Fault(path: image.path, content: nil, reason: "\(error)")))
      }
      observer(.compared(1))
    }
    for (place, finding) in zip(open, results.values) { findings[place] = finding ?? .unknown }
    return findings
  }

  /// What the cache has, if that is what is asked for: every image in its place, and nothing else but files that
  /// are as they were when they could not be decoded.
  private func unchanged(
    _ images: [FolderImage], _ findings: [ImageFinding], _ old: OldImageCache
  ) throws -> Contents? {
    guard old.isIntact else { return nil }
    var (records, faults): ([ImageCacheIndex.Record], [ImageCacheIndex.Fault]) = ([], [])
    for (image, finding) in zip(images, findings) {
      switch finding {
      case .slot(records.count, let content):
        records.append(
          ImageCacheIndex.Record(
            path: image.path, content: content, checksum: old.index.records[records.count].checksum))
      case .fault(let fault): faults.append(fault)
      case .slot, .unknown: return nil
      }
    }
    guard records.count == old.index.records.count else { return nil }
    var index = old.index
    (index.records, index.faults) = (records, faults)
    // A failure here costs time, not correctness: the next start reads the files again.
    if index != old.index { try? AtomicFile.write(Data(index.encoded(imageSize: imageSize)), to: indexPath) }
    // A process that was killed after it had written the index has left its old pixels.
    try? removeOthers(than: index.pixelFile)
    return Contents(
      pixels: try old.pixels.mapped(size: records.count * bytesPerImage),
      isReadable: findings.map { if case .slot = $0 { true } else { false } },
      unreadable: faults.map { UnreadableImage(path: $0.path, reason: $0.reason) })
  }

  /// Makes the cache again, taking over from the old one what is still good.
  private func rebuilt(
    _ images: [FolderImage], _ findings: [ImageFinding], _ old: OldImageCache?
  ) throws -> Contents {
    // The lock is held: what has such a name is of a killed process, and takes room.
    try AtomicFile.removeLeftovers(in: folder)
    let temporary = TemporaryName.path(for: folder + "/pixels")
    let file = try CacheFile(writing: temporary, size: images.count * bytesPerImage)
    do {
      return try rebuilt(images, findings, old, in: file)
    } catch {
      unlink(temporary)
      throw error
    }
  }

  private func rebuilt(
    _ images: [FolderImage], _ findings: [ImageFinding], _ old: OldImageCache?, in file: CacheFile
  ) throws -> Contents {
    let outcomes = Gathered<ImageOutcome>(count: images.count)
    observer(.decoding(total: images.count))
    forEachConcurrently(images.indices) { place in
      outcomes.make(place) {
        try outcome(of: images[place], findings[place], old) { try file.write($0, at: place * bytesPerImage) }
      }
    }
    var records: [ImageCacheIndex.Record] = []
    var faults: [ImageCacheIndex.Fault] = []
    for (place, outcome) in try outcomes.finished().enumerated() {
      switch outcome {
      case .failure(let fault): faults.append(fault)
      case .success(let record):
        // Images behind one that cannot be read move up.
        if records.count < place,
          let bytes = try file.bytes(at: place * bytesPerImage, count: bytesPerImage)
        {
          try file.write(bytes, at: records.count * bytesPerImage)
        }
        records.append(record)
      }
    }
    try commit(records, faults, file)
    return Contents(
      pixels: try file.mapped(size: records.count * bytesPerImage),
      isReadable: try outcomes.finished().map { if case .success = $0 { true } else { false } },
      unreadable: faults.map { UnreadableImage(path: $0.path, reason: $0.reason) })
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
    try removeOthers(than: name)
  }

  /// Removes what the index does not name; the lock is held.
  private func removeOthers(than pixelFile: String) throws {
    for entry in try folderEntries(of: folder) where !["index", "lock", pixelFile].contains(entry.name) {
      unlink(folder + "/" + entry.name)
    }
  }

  /// Writes an image's pixels, from the old cache when they are there unharmed, otherwise from its file.
  private func outcome(
    of image: FolderImage, _ finding: ImageFinding, _ old: OldImageCache?,
    writing write: ([UInt8]) throws -> Void
  ) throws -> ImageOutcome {
    if case .fault(let fault) = finding {
      observer(.takenOver(1))
      return .failure(fault)
    }
    if case .slot(let slot, let content) = finding, let old,
      let bytes = try old.pixels.bytes(at: slot * bytesPerImage, count: bytesPerImage),
      checksum(bytes) == old.index.records[slot].checksum
    {
      try write(bytes)
      observer(.takenOver(1))
      return .success(
        ImageCacheIndex.Record(path: image.path, content: content, checksum: checksum(bytes)))
    }
    defer { observer(.decoded(1)) }
    switch decoded(image) {
    case .failure(let fault): return .failure(fault)
    case .success(let (content, pixels)):
      try write(pixels)
      return .success(
        ImageCacheIndex.Record(path: image.path, content: content, checksum: checksum(pixels)))
    }
  }

  private func decoded(
    _ image: FolderImage
  ) -> Result<(ContentStamp, pixels: [UInt8]), ImageCacheIndex.Fault> {
    let path = root + "/" + image.path
    var content: ContentStamp?
    do {
      let file = try FileContent(of: path)
      content = file.stamp
      return .success((file.stamp, try imageSize.pixels(of: file.bytes, name: path)))
    } catch {
      // Only the content itself is a reason not to try again.
      let lasting = error is ImageFileError ? content : nil
      return .failure(ImageCacheIndex.Fault(path: image.path, content: lasting, reason: "\(error)"))
    }
  }
}

/// An image that was written, or why there is none.
private typealias ImageOutcome = Result<ImageCacheIndex.Record, ImageCacheIndex.Fault>

extension ImageCacheIndex.Fault: Error {}
