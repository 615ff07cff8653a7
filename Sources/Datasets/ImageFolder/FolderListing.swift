/// A file in an image folder.
struct FolderImage: Equatable, Sendable {
  /// The path below the folder.
  let path: String
  let label: Int32
  /// Size in bytes and time of the last change in nanoseconds: a file that keeps both is taken as unchanged.
  let size: Int
  let modified: Int
}

/// A file that is no image, or cannot be read, and why.
public struct UnreadableImage: Equatable, Sendable {
  /// The path below the folder.
  public let path: String
  public let reason: String
}

/// The files of an image folder, found without opening one.
struct FolderListing: Sendable {
  private(set) var classNames: [String] = []
  private(set) var train: [FolderImage] = []
  /// A set of its own; nil where validation images are drawn from the training images.
  private(set) var validation: [FolderImage]?
  /// A set of its own; nil where test images are drawn from the training images.
  private(set) var test: [FolderImage]?
  /// What is in the place of an image, and cannot be one.
  private(set) var faults: [UnreadableImage] = []
  /// What was passed over, in words.
  private(set) var notes: [String] = []
  private let root: String
  /// Where each class's folder lies, symbolic links followed, and which one it is.
  private var classPlaces: [String: String] = [:]
  /// Everything that was reached, or has an owner already.
  private var visited: Set<FileIdentity> = []
  /// What was reached a second time, or belongs to another class.
  private var repeated: [String] = []

  /// Lists a folder that has a folder for each class, or `train`, `val` and `test` folders that have.
  init(of root: String) throws {
    self.root = root
    let entries = try folderEntries(of: root)
    noteStrayFiles(entries, in: "")
    if let identity = identity(ofFolder: root) { visited.insert(identity) }
    let folders = entries.filter(\.isFolder)
    guard try isSplit(folders) else {
      classNames = folders.map(\.name)
      try requireClasses()
      try claim(folders, in: "")
      train = try images(of: folders, in: "")
      try requireImages(in: "", train)
      noteRepeated()
      return
    }
    classNames = try folderEntries(of: root + "/train").filter(\.isFolder).map(\.name)
    try requireClasses(in: "train")
    let sets = try folders.map { folder in
      (folder, try folderEntries(of: root + "/" + folder.name))
    }
    try claim(folders, in: "")
    for (folder, entries) in sets { try claim(entries.filter(\.isFolder), in: folder.name + "/") }
    for (folder, entries) in sets {
      noteStrayFiles(entries, in: folder.name + "/")
      let found = try images(of: entries.filter(\.isFolder), in: folder.name + "/")
      switch splitNames[folder.name] {
      case .train:
        try requireImages(in: "train/", found)
        train = found
      case .validation: validation = found
      case .test: test = found
      case nil: break
      }
    }
    noteRepeated()
  }

  // MARK: Layout

  private enum Split { case train, validation, test }

  private let splitNames: [String: Split] = [
    "train": .train, "val": .validation, "valid": .validation, "validation": .validation, "test": .test,
  ]

  /// Whether the folder is divided into `train` and others, and not into classes of which one is called `train`.
  private func isSplit(_ folders: [FolderEntry]) throws -> Bool {
    guard folders.contains(where: { $0.name == "train" }),
      try folderEntries(of: root + "/train").contains(where: \.isFolder)
    else { return false }
    if let stranger = folders.first(where: { splitNames[$0.name] == nil }) {
      throw DatasetError.badFile(
        file: root + "/" + stranger.name, offset: nil,
        found: "a folder beside train/, which has folders of classes",
        expected: "val/ and test/ alone beside train/", cure: "move it elsewhere")
    }
    let validations = folders.map(\.name).filter { splitNames[$0] == .validation }
    guard validations.count <= 1 else {
      throw DatasetError.badFile(
        file: root, offset: nil, found: "the folders \(validations.joined(separator: " and "))",
        expected: "one folder of validation images", cure: "keep one of them")
    }
    return true
  }

  private func requireClasses(in subfolder: String = "") throws {
    guard classNames.count < 2 else { return }
    let place = subfolder.isEmpty ? root : root + "/" + subfolder
    let only = classNames.first
    throw DatasetError.badFile(
      file: place, offset: nil, found: only.map { "one folder, \($0)" } ?? "no folder in it",
      expected: "a folder of images for each of two classes or more",
      cure: only.map { "if \($0) holds the folders of the classes, give folder:\(place)/\($0)" }
        ?? "put the images of each class into a folder that has its name")
  }

  private func requireImages(in place: String, _ images: [FolderImage]) throws {
    var isEmpty = [Bool](repeating: true, count: classNames.count)
    for image in images { isEmpty[Int(image.label)] = false }
    guard let label = isEmpty.firstIndex(of: true) else { return }
    throw DatasetError.badFile(
      file: root + "/" + place + classNames[label], offset: nil, found: "no file in this class",
      expected: "at least one image to train on", cure: "add images, or remove the folder")
  }

  private mutating func noteStrayFiles(_ entries: [FolderEntry], in place: String) {
    let strays = entries.filter { !$0.isFolder }
    guard let first = strays.first else { return }
    let others = strays.count > 1 ? " and \(strays.count - 1) more" : ""
    notes.append("\(root)/\(place)\(first.name)\(others): not in a class's folder, passed over")
  }

  private mutating func noteRepeated() {
    guard let first = repeated.first else { return }
    let others = repeated.count > 1 ? " and \(repeated.count - 1) more" : ""
    notes.append("\(root)/\(first)\(others): belongs to another place in the folder, not taken a second time")
  }

  // MARK: Images

  /// Gives each folder its place, so that no link from elsewhere can take what is in it.
  private mutating func claim(_ folders: [FolderEntry], in place: String) throws {
    for folder in folders {
      let path = place + folder.name
      guard case .folder(let identity) = folder.kind, let real = realPath(root + "/" + path) else { continue }
      guard visited.insert(identity).inserted else {
        throw DatasetError.badFile(
          file: root + "/" + path, offset: nil,
          found: "a link to \(classPlaces[real] ?? "the folder above it")",
          expected: "a folder of its own, whose images are in no other", cure: "remove the link")
      }
      classPlaces[real] = path
    }
  }

  /// All files in the folders of classes and below them, class by class.
  private mutating func images(of folders: [FolderEntry], in place: String) throws -> [FolderImage] {
    var found: [FolderImage] = []
    for folder in folders {
      // Byte for byte: names that only look alike are different folders.
      guard let label = classNames.firstIndex(where: { $0.utf8.elementsEqual(folder.name.utf8) }) else {
        throw DatasetError.badFile(
          file: root + "/" + place + folder.name, offset: nil, found: "a class that train/ does not have",
          expected: "one of its \(classNames.count) classes",
          cure: "add a folder of that name to train/, or remove this one")
      }
      let before = found.count
      try collect(place + folder.name, of: place + folder.name, Int32(label), &found)
      if found.count == before, place != "", place != "train/" {
        notes.append("\(root)/\(place)\(folder.name): no file in this class")
      }
    }
    return found
  }

  /// Adds the files below a folder of a class, whose links may lead in a circle or into another class.
  private mutating func collect(
    _ place: String, of classPlace: String, _ label: Int32, _ found: inout [FolderImage]
  ) throws {
    for entry in try folderEntries(of: root + "/" + place) {
      let path = place + "/" + entry.name
      if case .unusable(let reason) = entry.kind {
        faults.append(
          UnreadableImage(path: path, reason: "\(root)/\(path): found \(reason), expected an image file"))
        continue
      }
      if entry.mayBeLink, let owner = owner(of: path), owner != classPlace {
        repeated.append(path)
        continue
      }
      switch entry.kind {
      case .folder(let identity):
        guard visited.insert(identity).inserted else {
          repeated.append(path)
          continue
        }
        try collect(path, of: classPlace, label, &found)
      case .file(let identity, let size, let modified):
        guard visited.insert(identity).inserted else {
          repeated.append(path)
          continue
        }
        found.append(FolderImage(path: path, label: label, size: size, modified: modified))
      case .unusable: break
      }
    }
  }

  /// The class's folder, or else the set's, in which a file or folder really lies; nil outside of all.
  private func owner(of path: String) -> String? {
    guard var real = realPath(root + "/" + path) else { return nil }
    while true {
      if let owner = classPlaces[real] { return owner }
      guard let slash = real.lastIndex(of: "/"), slash > real.startIndex else { return nil }
      real = String(real[..<slash])
    }
  }
}

extension FolderEntry {
  fileprivate var isFolder: Bool {
    if case .folder = kind { return true }
    return false
  }
}
