import Foundation

/// What a name in a folder stands for, symbolic links followed.
enum FolderEntryKind: Equatable {
  case folder(FileIdentity)
  /// Size in bytes and time of the last change in nanoseconds.
  case file(FileIdentity, size: Int, modified: Int)
  /// Neither, with what it is or why it cannot be told.
  case unusable(String)
}

/// A file or folder whatever name leads to it.
struct FileIdentity: Hashable {
  let device: UInt64
  let number: UInt64
}

/// One name in a folder.
struct FolderEntry: Equatable {
  /// The name; bytes that are no UTF-8 are shown as U+FFFD.
  let name: String
  let kind: FolderEntryKind
  /// False for a file or folder that lies here itself.
  let mayBeLink: Bool
}

/// The names in a folder in the order of their bytes, without hidden ones and without what file managers leave.
func folderEntries(of path: String) throws -> [FolderEntry] {
  guard let stream = opendir(path) else {
    throw DatasetError.badFile(
      file: path, offset: nil, found: "\"\(systemReason())\" when it was listed",
      expected: "a folder that you may list", cure: "check that it exists and that you may read it")
  }
  defer { closedir(stream) }
  var entries: [FolderEntry] = []
  errno = 0
  while let entry = readdir(stream) {
    let (name, isText) = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
      let name = bytes.prefix { $0 != 0 }
      return (String(decoding: name, as: UTF8.self), String(validating: name, as: UTF8.self) != nil)
    }
    if !name.hasPrefix("."), !leftByFileManagers.contains(name) {
      let kind = isText ? kindOfEntry(path + "/" + name) : .unusable("a name that is not UTF-8")
      // Some file systems do not tell the type here.
      let type = Int(entry.pointee.d_type)
      entries.append(
        FolderEntry(name: name, kind: kind, mayBeLink: type != Int(DT_REG) && type != Int(DT_DIR)))
    }
    errno = 0
  }
  guard errno == 0 else {
    throw DatasetError.badFile(
      file: path, offset: nil, found: "\"\(systemReason())\" while it was listed", expected: "its names",
      cure: "check the disk that holds it")
  }
  return entries.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
}

/// Files that Windows keeps, hidden, in folders of pictures.
private let leftByFileManagers: Set<String> = ["Thumbs.db", "desktop.ini"]

private func kindOfEntry(_ path: String) -> FolderEntryKind {
  var status = stat()
  guard stat(path, &status) == 0 else { return .unusable("\"\(systemReason())\" when it was examined") }
  let identity = FileIdentity(device: UInt64(status.st_dev), number: UInt64(status.st_ino))
  switch status.st_mode & S_IFMT {
  case S_IFDIR:
    return .folder(identity)
  case S_IFREG:
    return .file(identity, size: Int(status.st_size), modified: modificationTime(status))
  default:
    return .unusable("a device or a pipe")
  }
}

/// Which folder a path leads to; nil where there is none.
func identity(ofFolder path: String) -> FileIdentity? {
  guard case .folder(let identity) = kindOfEntry(path) else { return nil }
  return identity
}

/// A path with symbolic links followed; nil where it leads nowhere.
func realPath(_ path: String) -> String? {
  guard let resolved = realpath(path, nil) else { return nil }
  defer { free(resolved) }
  return String(cString: resolved)
}

/// The time of the last change to a file's content in nanoseconds since 1970.
func modificationTime(_ status: stat) -> Int {
  #if canImport(Darwin)
    let time = status.st_mtimespec
  #else
    let time = status.st_mtim
  #endif
  return Int(time.tv_sec) &* 1_000_000_000 &+ Int(time.tv_nsec)
}

/// The system's words for the error of the call before.
func systemReason() -> String {
  String(cString: strerror(errno))
}
