import Augmentation
import Text

/// A file in an image folder.
struct FolderImage: Equatable, Sendable {
  /// The path below the folder.
  let path: String
  let label: Int32
  let state: FileState
}

/// A file that is no image, or cannot be read, and why.
public struct UnreadableImage: Error, Equatable, Sendable {
  /// The path, below the folder where it is of an image folder.
  public let path: String
  /// Why it cannot be used, in one line.
  public let reason: String

  /// A file and the reason.
  public init(path: String, reason: String) {
    self.path = path
    self.reason = reason
  }
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
  /// What is in the place of a class's folder, and cannot be listed.
  private(set) var unusableFolders: [UnreadableImage] = []
  /// What was passed over, in words.
  private(set) var notes: [String] = []
  private let root: String
  /// The folder of the training images below `root`, with a slash behind it; empty where `root` itself is that folder.
  private var trainPlace = ""
  /// Where each class's folder lies, symbolic links followed, and which one it is.
  private var classPlaces: [String: String] = [:]
  /// Everything that was reached, or has an owner already.
  private var visited: Set<FileIdentity> = []
  /// What was reached a second time, or belongs to another class.
  private var repeated: [String] = []

  /// Lists a folder that has a folder for each class, or folders for `train`, `val` and `test` that have.
  init(of root: String) throws {
    self.root = root
    let entries = try folderEntries(of: root)
    if let identity = identity(ofFolder: root) { visited.insert(identity) }
    guard let splits = try FolderLayout(root: root).sets(entries) else {
      let folders = usableFolders(entries, in: "")
      classNames = folders.map(\.name)
      try requireClasses()
      try claim(folders, in: "")
      train = try images(of: folders, in: "")
      try requireImages(train)
      noteRepeated()
      return
    }
    noteStrayFiles(entries, in: "")
    let sets = try splits.map { (folder, role) in
      let place = folder.name + "/"
      return (place, role, usableFolders(try folderEntries(of: root + "/" + folder.name), in: place))
    }
    for (place, role, folders) in sets where role == .train {
      (trainPlace, classNames) = (place, folders.map(\.name))
    }
    try requireClasses()
    try claim(splits.map(\.folder), in: "")
    for (place, _, folders) in sets { try claim(folders, in: place) }
    for (place, role, folders) in sets {
      let found = try images(of: folders, in: place)
      switch role {
      case .train:
        try requireImages(found)
        train = found
      case .validation: validation = found
      case .test: test = found
      }
    }
    noteRepeated()
  }

  // MARK: Layout

  /// The folders of classes that can be listed; notes what else lies there.
  private mutating func usableFolders(_ entries: [FolderEntry], in place: String) -> [FolderEntry] {
    noteStrayFiles(entries, in: place)
    var usable: [FolderEntry] = []
    for entry in entries where entry.mayBeFolder {
      let path = place + entry.name
      let obstacle: String? =
        switch entry.kind {
        case .folder: obstacleToListing(root + "/" + path).map { "\"\($0)\" when it was listed" }
        case .file: nil
        case .unusable(let reason): reason
        }
      if let obstacle {
        unusableFolders.append(
          UnreadableImage(path: path, reason: "found \(obstacle), expected a folder of images"))
      } else {
        usable.append(entry)
      }
    }
    return usable
  }

  private func requireClasses() throws {
    guard classNames.count < 2 else { return }
    // What is left out may be what is missing.
    if let fault = unusableFolders.first { throw refusal(of: fault) }
    let place = trainPlace.isEmpty ? root : root + "/" + trainPlace.dropLast()
    let only = classNames.first
    throw DatasetError.badFile(
      file: place, offset: nil, found: only.map { "one folder, \($0)" } ?? "no folder in it",
      expected: "a folder of images for each of two classes or more",
      cure: only.map { "if \($0) holds the folders of the classes, give folder:\(place)/\($0)" }
        ?? "put the images of each class into a folder that has its name")
  }

  /// The error for what is in the place of a class's folder.
  func refusal(of fault: UnreadableImage) -> DatasetError {
    .badFolder(
      path: root + "/" + fault.path, reason: fault.reason,
      cure: "repair or remove it, or give \(setting: "skipUnreadable") to leave it out")
  }

  private func requireImages(_ images: [FolderImage]) throws {
    var isEmpty = [Bool](repeating: true, count: classNames.count)
    for image in images { isEmpty[Int(image.label)] = false }
    guard let label = isEmpty.firstIndex(of: true) else { return }
    throw DatasetError.badFile(
      file: root + "/" + trainPlace + classNames[label], offset: nil, found: "no file in this class",
      expected: "at least one image to train on", cure: "add images, or remove the folder")
  }

  private mutating func noteStrayFiles(_ entries: [FolderEntry], in place: String) {
    let strays = entries.filter { !$0.mayBeFolder }
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
        if unusableFolders.contains(where: { $0.path == trainPlace + folder.name }) {
          unusableFolders.append(
            UnreadableImage(
              path: place + folder.name,
              reason: "found a class whose folder in \(trainPlace) cannot be listed"))
          continue
        }
        throw DatasetError.badFile(
          file: root + "/" + place + folder.name, offset: nil,
          found: "a class that \(trainPlace) does not have",
          expected: "one of its \(counted(classNames.count, "class", "classes"))",
          cure: "add a folder of that name to \(trainPlace), or remove this one")
      }
      try collect(place + folder.name, of: place + folder.name, Int32(label), &found)
    }
    return found
  }

  /// Adds the files below a folder of a class, whose links may lead in a circle or into another class.
  private mutating func collect(
    _ place: String, of classPlace: String, _ label: Int32, _ found: inout [FolderImage]
  ) throws {
    if let obstacle = obstacleToListing(root + "/" + place) {
      faults.append(
        UnreadableImage(
          path: place,
          reason: "\(root)/\(place): found \"\(obstacle)\" when it was listed, expected a folder of images"))
      return
    }
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
      case .file(let state):
        guard visited.insert(state.identity).inserted else {
          repeated.append(path)
          continue
        }
        found.append(FolderImage(path: path, label: label, state: state))
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
