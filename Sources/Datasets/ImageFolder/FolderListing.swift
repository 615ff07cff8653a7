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

  /// Lists a folder that has a folder for each class, or `train`, `val` and `test` folders that have.
  init(of root: String) throws {
    self.root = root
    let entries = try folderEntries(of: root)
    noteStrayFiles(entries, in: "")
    let folders = entries.filter(\.isFolder)
    guard try isSplit(folders) else {
      classNames = folders.map(\.name)
      try requireClasses()
      train = try images(of: folders, in: "")
      try requireImages(in: "", train)
      return
    }
    classNames = try folderEntries(of: root + "/train").filter(\.isFolder).map(\.name)
    try requireClasses(in: "train")
    for folder in folders {
      let entries = try folderEntries(of: root + "/" + folder.name)
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

  // MARK: Images

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
      var visited: Set<FileIdentity> = []
      try collect(place + folder.name, folder.kind, Int32(label), &visited, &found)
      if found.count == before, place != "", place != "train/" {
        notes.append("\(root)/\(place)\(folder.name): no file in this class")
      }
    }
    return found
  }

  /// Adds the files below a folder, whose links may lead in a circle.
  private mutating func collect(
    _ place: String, _ kind: FolderEntryKind, _ label: Int32, _ visited: inout Set<FileIdentity>,
    _ found: inout [FolderImage]
  ) throws {
    guard case .folder(let identity) = kind, visited.insert(identity).inserted else { return }
    for entry in try folderEntries(of: root + "/" + place) {
      let path = place + "/" + entry.name
      switch entry.kind {
      case .folder: try collect(path, entry.kind, label, &visited, &found)
      case .file(let size, let modified):
        found.append(FolderImage(path: path, label: label, size: size, modified: modified))
      case .unusable(let reason):
        faults.append(
          UnreadableImage(path: path, reason: "\(root)/\(path): found \(reason), expected an image file"))
      }
    }
  }
}

extension FolderEntry {
  fileprivate var isFolder: Bool {
    if case .folder = kind { return true }
    return false
  }
}
