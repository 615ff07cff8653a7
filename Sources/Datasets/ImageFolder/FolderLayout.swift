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
      let outlines = outlines(of: folders, in: root)
      try refuseSetsInClasses(outlines, in: root)
      try refuseUnknownSets(outlines)
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
    let place = root + "/" + train.name
    let classes = try outlines(of: folderEntries(of: place), in: place)
    try refuseSetsInClasses(classes, in: place)
    return known
  }

  private func outlines(of entries: [FolderEntry], in place: String) -> [(name: String, FolderOutline)] {
    entries.filter(\.isFolder).compactMap { folder in
      FolderOutline(of: place + "/" + folder.name).map { (folder.name, $0) }
    }
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

  /// Throws where folders of classes hold folders of sets, whose test images would be trained on.
  private func refuseSetsInClasses(_ folders: [(name: String, FolderOutline)], in place: String) throws {
    for (name, outline) in folders where outline.hasStraysAtMost {
      let sets = outline.folders.sorted().compactMap { set in
        SplitRole(folderName: set).map { (name: set, role: $0) }
      }
      guard let first = sets.first, let other = sets.first(where: { $0.role != first.role }) else { continue }
      let hasClasses = sets.contains {
        FolderOutline(of: "\(place)/\(name)/\($0.name)")?.folders.isEmpty == false
      }
      throw DatasetError.badFile(
        file: place + "/" + name, offset: nil,
        found: "the folders \(listed(sets.map(\.name))), named like sets of images, in the place of a class",
        expected: hasClasses
          ? "a folder of images for each class"
          : "sets that hold the classes, not classes that hold the sets",
        cure: hasClasses
          ? "give folder:\(place)/\(name) if that is a dataset of its own"
          : """
          move \(name)/\(first.name) to \(first.name)/\(name) and \(name)/\(other.name) to \(other.name)/\(name), \
          and those of the other classes too
          """)
    }
  }

  /// Throws where the folders look like sets under names that say nothing: each holds folders of the same names, and no
  /// image but strays.
  private func refuseUnknownSets(_ folders: [(name: String, FolderOutline)]) throws {
    // What holds no image is no class; notes beside the sets, perhaps.
    let sets = folders.filter { !$0.1.folders.isEmpty || $0.1.images > 0 }
    guard sets.count > 1, sets.allSatisfy({ hasStraysAlone(root + "/" + $0.name, $0.1) }) else { return }
    let all = sets.reduce(into: Set<String>()) { $0.formUnion($1.1.folders) }
    // One folder has all the names; a set may lack some of them.
    guard all.count > 1, sets.contains(where: { $0.1.folders == all }) else { return }
    let strays = sets.reduce(0) { $0 + $1.1.images }
    throw DatasetError.badFile(
      file: root, offset: nil,
      found:
        "the folders \(listed(sets.map(\.name))), which hold \(strays == 0 ? "no image" : "few images") but "
        + "folders of the same names (\(listed(all.sorted())))",
      expected: "a folder of images for each class, or train/, val/ and test/ that have such folders",
      cure:
        "call them train, val and test, or name one of them, as folder:\(root)/\(folders.first?.name ?? "")")
  }

  /// Whether a folder has folders, and fewer images beside than are in them.
  private func hasStraysAlone(_ path: String, _ outline: FolderOutline) -> Bool {
    guard outline.hasStraysAtMost, !outline.folders.isEmpty else { return false }
    guard outline.images > 0 else { return true }
    let below = outline.folders.compactMap { FolderOutline(of: "\(path)/\($0)") }
    return outline.images < below.reduce(0) { $0 + $1.images + $1.folders.count }
  }

  private func listed(_ names: [String]) -> String {
    let some = names.prefix(4).joined(separator: ", ")
    return names.count > 4 ? "\(some), … (\(names.count))" : some
  }
}
