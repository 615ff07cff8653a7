import Files

/// What is known of a file before it is decoded.
enum ImageFinding: Sendable {
  /// Its pixels lie in this slot of the old cache.
  case slot(Int, ContentStamp)
  /// It cannot be decoded, or cannot be read.
  case fault(ImageCacheIndex.Fault)
  case unknown
}

/// The cache as an earlier run left it.
struct OldImageCache: Sendable {
  let index: ImageCacheIndex
  let pixels: CacheFile
  /// Whether the file of pixels is the one that was written, as far as size and time show.
  let isIntact: Bool
  /// Places among the records, and behind those among the faults.
  private let placesByPath: [[UInt8]: Int]
  private let placesByState: [FileState: Int]
  private let placesByDigest: [SIMD4<UInt64>: Int]
  private let sizes: Set<Int>

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
    let known =
      index.records.map { ($0.path, $0.content as ContentStamp?) }
      + index.faults.map { ($0.path, $0.content) }
    placesByPath = Dictionary(known.enumerated().map { (Array($1.0.utf8), $0) }, uniquingKeysWith: { $1 })
    let stamped = known.enumerated().compactMap { place, entry in entry.1.map { (place, $0) } }
    placesByState = Dictionary(
      stamped.filter(\.1.isProven).map { ($1.state, $0) }, uniquingKeysWith: { $1 })
    placesByDigest = Dictionary(stamped.map { ($1.digest, $0) }, uniquingKeysWith: { first, _ in first })
    sizes = Set(stamped.map(\.1.state.size))
  }

  /// What is known of a file by its state alone, under whatever name it was read.
  func finding(of image: FolderImage) -> ImageFinding {
    guard let place = placesByState[image.state], let content = content(of: place) else { return .unknown }
    return finding(at: place, for: image, content)
  }

  /// Whether reading a file whose state does not decide may show that it is known.
  func mayKnow(_ image: FolderImage) -> Bool {
    if sizes.contains(image.state.size) { return true }
    guard let place = placesByPath[Array(image.path.utf8)] else { return false }
    return content(of: place) == nil
  }

  /// What is known of a file by its content; with several of equal content by its own name.
  func finding(of image: FolderImage, _ content: ContentStamp) -> ImageFinding {
    let own = placesByPath[Array(image.path.utf8)].flatMap {
      self.content(of: $0)?.digest == content.digest ? $0 : nil
    }
    guard let place = own ?? placesByDigest[content.digest] else { return .unknown }
    return finding(at: place, for: image, content)
  }

  private func content(of place: Int) -> ContentStamp? {
    place < index.records.count
      ? index.records[place].content : index.faults[place - index.records.count].content
  }

  private func finding(at place: Int, for image: FolderImage, _ content: ContentStamp) -> ImageFinding {
    guard place >= index.records.count else { return .slot(place, content) }
    let fault = index.faults[place - index.records.count]
    // The reason names the file.
    guard fault.path.utf8.elementsEqual(image.path.utf8) else { return .unknown }
    return .fault(ImageCacheIndex.Fault(path: fault.path, content: content, reason: fault.reason))
  }
}
