import Files

/// The share of images that are drawn for validation, and for test, where a folder has no set of its own: a tenth.
let drawnShare = 10

/// Divides images class by class and puts those that remain into an order in which any run of neighbours has all
/// classes in their shares.
///
/// Which images are drawn depends on their paths alone, not on where the folder lies or in what order it is listed:
/// each class is sorted by the SHA-256 of the path. Image `k` of a class of `n` gets the position (k + ½) / n, and all
/// are sorted by it; the first or last images of the order are then a stratified sample of any size.
struct StratifiedOrder {
  /// The images that were not set aside, in the order.
  let pool: [FolderImage]
  /// A tenth of each class, rounded, at least one where a class has three; in the same kind of order.
  let aside: [FolderImage]

  /// Divides and orders images.
  ///
  /// - Parameters:
  ///   - images: the images of all classes, in any order.
  ///   - setsAside: whether a tenth is set aside, or nothing.
  init(_ images: [FolderImage], setsAside: Bool) {
    var (pool, aside): ([Placed], [Placed]) = ([], [])
    for members in Dictionary(grouping: images, by: \.label).values {
      let drawn = members.map { (image: $0, key: drawingKey($0.path)) }
        .sorted { ($0.key, $0.image.path) < ($1.key, $1.image.path) }.map(\.image)
      let share = setsAside && drawn.count > 2 ? max((drawn.count + drawnShare / 2) / drawnShare, 1) : 0
      aside += Self.placed(drawn[..<share])
      pool += Self.placed(drawn[share...])
    }
    self.pool = Self.ordered(pool)
    self.aside = Self.ordered(aside)
  }

  private typealias Placed = (position: Double, image: FolderImage)

  private static func placed(_ images: ArraySlice<FolderImage>) -> [Placed] {
    images.enumerated().map { ((Double($0.offset) + 0.5) / Double(images.count), $0.element) }
  }

  private static func ordered(_ images: [Placed]) -> [FolderImage] {
    images.sorted { ($0.position, $0.image.label) < ($1.position, $1.image.label) }.map(\.image)
  }
}

/// A number that stands for a path as if drawn by lot: the first eight bytes of the SHA-256 of "0", a zero byte and the
/// path, the 0 being the seed of the split.
private func drawingKey(_ path: String) -> UInt64 {
  HashFunction.sha256([UInt8(ascii: "0"), 0] + Array(path.utf8)).prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
}
