#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Folders that need not survive a crash of the machine; those that must are made by ``AtomicFile/makeFolder(_:)``.
public enum Folder {
  /// Makes a folder, and those it lies in, where they are not there.
  ///
  /// Foundation's own function does not say on Linux what stood in the way. Throws `FileError`.
  public static func make(_ path: String) throws {
    var code = makeLast(path)
    if code == ENOENT, !path.isEmpty {
      try make(AtomicFile.folder(of: path))
      code = makeLast(path)
    }
    // It may have been there, or another process may have made it meanwhile.
    guard code == 0 || isThere(path) else { throw refusal(path, code: code) }
  }

  /// Makes a folder that the program keeps for itself: as `make`, but a link of its name is an error.
  ///
  /// Those it lies in may be links. Throws `FileError`.
  package static func makeOwn(_ path: String) throws {
    if let kind = FileKind(at: path) { return try kind.require(.folder, at: path) }
    try make(path)
  }

  /// Makes a folder with a name of its own, which only this user may read; returns its path.
  ///
  /// Throws `FileError`.
  public static func makeTemporary(in folder: String, beginning: String) throws -> String {
    var path = Array("\(folder)/\(beginning)-XXXXXX".utf8CString)
    guard mkdtemp(&path) != nil else {
      throw FileError(path: folder, action: "make a folder in it", reason: systemReason(errno))
    }
    return String(decoding: path.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// Whether there is a folder, or a link to one.
  public static func isThere(_ path: String) -> Bool { FileKind(following: path) == .folder }

  /// Makes a folder in one that is there; 0, or the system's number of what stands in the way.
  private static func makeLast(_ path: String) -> Int32 { mkdir(path, 0o777) == 0 ? 0 : errno }

  private static func refusal(_ path: String, code: Int32) -> FileError {
    FileError(
      path: path, action: "make the folder", reason: file(above: path) ?? systemReason(code))
  }

  /// That a file stands where a folder is needed, where one does.
  private static func file(above path: String) -> String? {
    var place = path
    while FileKind(following: place) == nil {
      let above = AtomicFile.folder(of: place)
      guard above != place, above != "." else { return nil }
      place = above
    }
    return isThere(place) ? nil : "\(place == path ? "there" : place) is a file"
  }
}
