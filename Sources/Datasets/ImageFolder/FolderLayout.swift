/// Whether the folders in an image folder are those of sets or those of classes.
struct FolderLayout {
  /// The image folder.
  let root: String

  /// The folders of the sets; nil where the folders are those of classes, of which one may be called `train`.
  func sets(_ entries: [FolderEntry]) throws -> [(folder: FolderEntry, role: SplitRole)]? {
    let folders = entries.filter(\.isFolder)
    let roles = folders.map { SplitRole(folderName: $0.name) }
    let known = zip(folders, roles).compactMap { folder, role in role.map { (folder: folder, role: $0) } }
    let strangers = zip(folders, roles).filter { $0.1 == nil }.map(\.0.name)
    func holdsFolders(_ folder: FolderEntry) throws -> Bool {
      try folderEntries(of: root + "/" + folder.name).contains(where: \.isFolder)
    }
    guard let train = try known.first(where: { try $0.role == .train && holdsFolders($0.folder) })?.folder,
      // One known name among others may be that of a class of trains.
      train.name == "train" || strangers.isEmpty || known.count > 1
    else {
      try refuseUnknownSets(folders)
      if known.count > 1 && strangers.isEmpty { throw withoutClasses(known.map(\.folder.name)) }
      return nil
    }
    if let stranger = strangers.first {
      throw DatasetError.badFile(
        file: root + "/" + stranger, offset: nil,
        found: "a folder beside \(train.name)/, which has folders of classes",
        expected: "val/ and test/ alone beside \(train.name)/", cure: "move it elsewhere")
    }
    for role in [SplitRole.train, .validation, .test] {
      let names = known.filter { $0.role == role }.map(\.folder.name)
      guard names.count <= 1 else {
        throw DatasetError.badFile(
          file: root, offset: nil, found: "the folders \(names.joined(separator: " and "))",
          expected: "one folder of \(role.name) images", cure: "keep one of them")
      }
    }
    // Without a set of its own, images would be drawn for it: nothing that skips a file asks for that.
    if let entry = entries.first(where: { !$0.isFolder && $0.mayBeFolder }),
      case .unusable(let reason) = entry.kind
    {
      throw DatasetError.badFile(
        file: root + "/" + entry.name, offset: nil, found: reason, expected: "a folder of classes",
        cure: "repair or remove it")
    }
    return known
  }

  /// The error that folders which are all called like sets have no folders of classes in them.
  private func withoutClasses(_ names: [String]) -> DatasetError {
    .badFile(
      file: root, offset: nil,
      found:
        "the folders \(listed(names)), named like sets of images, without folders of classes for training",
      expected:
        "a folder of images for each class in \(names.first { SplitRole(folderName: $0) == .train } ?? "train")/",
      cure:
        "sort the images into folders of their classes, or give the folders other names if these are the classes"
    )
  }

  /// Throws where the folders look like sets under names that say nothing: each holds folders alone, of the same names.
  private func refuseUnknownSets(_ folders: [FolderEntry]) throws {
    guard folders.count > 1 else { return }
    var all: Set<String> = []
    var largest = 0
    for folder in folders {
      guard let names = namesOfFolders(in: root + "/" + folder.name) else { return }
      all.formUnion(names)
      largest = max(largest, names.count)
    }
    // One folder has all the names; a set may lack some of them.
    guard all.count > 1, largest == all.count else { return }
    throw DatasetError.badFile(
      file: root, offset: nil,
      found: "the folders \(listed(folders.map(\.name))), which hold no image but folders of the same names "
        + "(\(listed(all.sorted())))",
      expected: "a folder of images for each class, or train/, val/ and test/ that have such folders",
      cure: "call them train, val and test, or name one of them, as folder:\(root)/\(folders[0].name)")
  }

  private func listed(_ names: [String]) -> String {
    let some = names.prefix(4).joined(separator: ", ")
    return names.count > 4 ? "\(some), … (\(names.count))" : some
  }
}
