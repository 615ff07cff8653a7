import Files
import Foundation

/// What a name in a folder stands for, symbolic links followed.
enum FolderEntryKind: Equatable {
  case folder(FileIdentity)
  case file(FileState)
  /// Neither, with what it is or why it is unknown.
  case unusable(String)
}

/// One name in a folder.
struct FolderEntry: Equatable {
  /// The name; bytes that are no UTF-8 are shown as U+FFFD.
  let name: String
  let kind: FolderEntryKind
  /// False for a file or folder that lies here itself.
  let mayBeLink: Bool
  /// Whether a folder of images may have been meant: false for files, for lost links to files, and for devices.
  let mayBeFolder: Bool

  var isFolder: Bool {
    if case .folder = kind { true } else { false }
  }
}

/// The names in a folder in the order of their bytes, without hidden ones and without what file managers leave.
func folderEntries(of path: String) throws -> [FolderEntry] {
  guard let stream = opendir(path) else {
    throw DatasetError.badFile(
      file: path, offset: nil, found: "\"\(systemReason(errno))\" when it was listed",
      expected: "a folder that you may list", cure: "check that it exists and that you may read it")
  }
  defer { closedir(stream) }
  var entries: [FolderEntry] = []
  errno = 0
  while let entry = readdir(stream) {
    let (name, isText, status, code) = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
      let name = bytes.prefix { $0 != 0 }
      var status = stat()
      let start = bytes.baseAddress?.assumingMemoryBound(to: CChar.self)
      let code = start.map { fstatat(dirfd(stream), $0, &status, 0) } == 0 ? 0 : errno
      return (
        String(decoding: name, as: UTF8.self), String(validating: name, as: UTF8.self) != nil, status, code
      )
    }
    if !isLeftByFileManagers(name) {
      let kind = isText ? FolderEntryKind(status, code) : .unusable("a name that is not UTF-8")
      // Some file systems do not give the type here.
      let type = Int(entry.pointee.d_type)
      entries.append(
        FolderEntry(
          name: name, kind: kind, mayBeLink: type != Int(DT_REG) && type != Int(DT_DIR),
          mayBeFolder: code != 0
            ? type != Int(DT_REG) && !(code == ENOENT && isLinkToFile(path + "/" + name))
            : status.st_mode & S_IFMT == S_IFDIR))
    }
    errno = 0
  }
  guard errno == 0 else {
    throw DatasetError.badFile(
      file: path, offset: nil, found: "\"\(systemReason(errno))\" while it was listed", expected: "its names",
      cure: "check the disk that holds it")
  }
  return entries.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
}

/// Files that Windows keeps, hidden, in folders of pictures, and the folders that macOS puts into archives, with the
/// names of all others in them, and Synology's servers beside pictures.
private let leftByFileManagers: Set<String> = ["Thumbs.db", "desktop.ini", "__MACOSX", "@eaDir"]

/// Whether a name is hidden, or one that file managers leave.
func isLeftByFileManagers(_ name: String) -> Bool { name.hasPrefix(".") || leftByFileManagers.contains(name) }

/// Whether what leads nowhere is a link to a file: its name, or its target's, has an extension.
///
/// A set is never taken for a file.
private func isLinkToFile(_ path: String) -> Bool {
  guard let target = try? FileManager.default.destinationOfSymbolicLink(atPath: path) else { return false }
  let name = lastName(of: path)
  return SplitRole(folderName: String(name)) == nil
    && (hasExtension(name) || hasExtension(lastName(of: target)))
}

private func lastName(of path: String) -> Substring { path.split(separator: "/").last ?? "" }

/// Whether a name ends with a dot and 1 to 5 letters or digits.
private func hasExtension(_ name: Substring) -> Bool {
  guard let dot = name.lastIndex(of: "."), dot > name.startIndex else { return false }
  let end = name[name.index(after: dot)...]
  return (1...5).contains(end.count) && end.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber) }
}

extension FolderEntryKind {
  /// What `stat` found; `code` is the system's number of what stood in the way.
  fileprivate init(_ status: stat, _ code: Int32) {
    guard code == 0 else {
      self = .unusable("\"\(systemReason(code))\" when it was examined")
      return
    }
    switch status.st_mode & S_IFMT {
    case S_IFDIR: self = .folder(FileIdentity(status))
    case S_IFREG: self = .file(FileState(status))
    default: self = .unusable("a device or a pipe")
    }
  }
}

extension FolderEntryKind {
  /// What a path leads to, links followed.
  init(of path: String) {
    var status = stat()
    let code = stat(path, &status) == 0 ? 0 : errno
    self.init(status, code)
  }
}

/// Which folder a path leads to; nil where there is none.
func identity(ofFolder path: String) -> FileIdentity? {
  var status = stat()
  guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else { return nil }
  return FileIdentity(status)
}

/// Why a folder cannot be listed, in the system's words; nil where it can.
func obstacleToListing(_ path: String) -> String? {
  guard let stream = opendir(path) else { return systemReason(errno) }
  closedir(stream)
  return nil
}

/// A path with symbolic links followed; nil where it leads nowhere.
func realPath(_ path: String) -> String? {
  guard let resolved = realpath(path, nil) else { return nil }
  defer { free(resolved) }
  return String(cString: resolved)
}
