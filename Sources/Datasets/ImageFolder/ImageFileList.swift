import Images

/// The image files that paths lead to: a file is meant itself, of a folder all that lies below it.
///
/// Folders are walked by the rules of `folder:PATH`: names in the order of their bytes; hidden names, and what file
/// managers leave, are passed over; links are followed, and a file or folder that several names in a folder lead to is
/// taken once. No file is opened.
public struct ImageFileList: Sendable {
  /// One file that should be an image.
  public struct Item: Hashable, Sendable {
    /// Where it is: a path as it was given, or one below it.
    public let path: String
    /// Why it cannot be an image, in one line with the path, where that is known without opening it.
    public let obstacle: String?
  }

  /// The files, in the order of the paths and within a folder in that of the walk.
  public private(set) var items: [Item] = []
  /// What was passed over, in words.
  public private(set) var notes: [String] = []

  /// Looks at what the paths lead to and walks the folders.
  ///
  /// What is not there, or cannot be listed, is an item with an obstacle.
  public init(at paths: [String]) {
    for path in paths {
      switch FolderEntryKind(of: path) {
      case .folder(let identity):
        var walk = Walk(visited: [identity])
        walk.collect(Self.withoutSlash(path))
        items += walk.items
        if let first = walk.repeated.first {
          let others = walk.repeated.count > 1 ? " and \(walk.repeated.count - 1) more" : ""
          notes.append("\(first)\(others): another name of what was taken already, passed over")
        }
      case .file: items.append(Item(path: path, obstacle: nil))
      case .unusable(let reason): items.append(.unusable(path, reason))
      }
    }
  }

  private static func withoutSlash(_ path: String) -> String {
    let end = path.lastIndex { $0 != "/" }
    return end.map { String(path[...$0]) } ?? ""
  }

  /// Decodes some of the files on all cores.
  ///
  /// - Parameters:
  ///   - range: places among ``items``.
  ///   - size: what they are brought to, as ``ImageSize/pixels(ofFile:)`` does.
  /// - Returns: the images, and why others are none.
  public func decoded(_ range: Range<Int>, size: ImageSize) -> DecodedImages {
    let outcomes = Gathered<Result<[UInt8], Obstacle>>(count: range.count)
    forEachConcurrently(range) { [items] place in
      let item = items[place]
      let outcome: Result<[UInt8], Obstacle>
      do {
        if let obstacle = item.obstacle { throw Obstacle(reason: obstacle) }
        outcome = .success(try size.pixels(ofFile: item.path))
      } catch {
        outcome = .failure(Obstacle(reason: "\(error)"))
      }
      outcomes.set(place - range.lowerBound, outcome)
    }
    var (pixels, obstacles): ([UInt8], [String?]) = ([], [])
    for outcome in outcomes.values {
      switch outcome {
      case .success(let image):
        pixels += image
        obstacles.append(nil)
      case .failure(let obstacle): obstacles.append(obstacle.reason)
      case nil: preconditionFailure("an image was not decoded")
      }
    }
    return DecodedImages(
      images: ImageStack(
        count: obstacles.count { $0 == nil }, height: size.height, width: size.width, pixels: pixels),
      obstacles: obstacles)
  }
}

/// Images that were decoded from files.
public struct DecodedImages: Sendable {
  /// Those that could be read, in the order asked for.
  public let images: ImageStack
  /// For each file asked for, why it could not be read, in one line with its path; nil for those among ``images``.
  public let obstacles: [String?]
}

/// Why a file is no image.
private struct Obstacle: Error, CustomStringConvertible {
  let reason: String

  var description: String { reason }
}

extension ImageFileList.Item {
  fileprivate static func unusable(_ path: String, _ reason: String) -> Self {
    Self(path: path, obstacle: "\(path): found \(reason), expected an image file")
  }
}

/// A walk through one folder.
private struct Walk {
  var items: [ImageFileList.Item] = []
  /// What was reached a second time.
  var repeated: [String] = []
  /// Everything that was reached.
  var visited: Set<FileIdentity>

  mutating func collect(_ place: String) {
    let entries: [FolderEntry]
    do {
      entries = try folderEntries(of: place.isEmpty ? "/" : place)
    } catch {
      items.append(ImageFileList.Item(path: place, obstacle: "\(error)"))
      return
    }
    for entry in entries {
      let path = place + "/" + entry.name
      switch entry.kind {
      case .folder(let identity):
        if isNew(identity, path) { collect(path) }
      case .file(let state):
        if isNew(state.identity, path) { items.append(ImageFileList.Item(path: path, obstacle: nil)) }
      case .unusable(let reason): items.append(.unusable(path, reason))
      }
    }
  }

  private mutating func isNew(_ identity: FileIdentity, _ path: String) -> Bool {
    let isNew = visited.insert(identity).inserted
    if !isNew { repeated.append(path) }
    return isNew
  }
}
