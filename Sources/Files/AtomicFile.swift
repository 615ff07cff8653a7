#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Writing a file so that a reader, or a process that comes after a crash, sees the old one or the new one whole.
///
/// The bytes go to a temporary name in the same folder, reach the disk, and take the final name; then the folder
/// itself reaches the disk.
public enum AtomicFile {
  /// Replaces the file at `path` by `data`, durably.
  ///
  /// A link is replaced, not followed. Throws `FileError`, also where something else than a file is there.
  public static func write(_ data: Data, to path: String) throws {
    try write(to: path) { try $0(data) }
  }

  /// As above, with the bytes given piece by piece, so that they need not be in memory as a whole.
  public static func write(
    to path: String, pieces: (_ write: (Data) throws -> Void) throws -> Void
  ) throws {
    if let kind = FileKind(at: path), kind != .file, kind != .link {
      throw FileError(
        path: path, action: "rename the new file to it", reason: "found \(kind.words), expected a file",
        cure: "name another file, or remove it")
    }
    let temporary = TemporaryName.path(for: path)
    try writeTemporary(to: temporary, named: path, pieces: pieces) { file in
      try file.synchronise()
      try publish(temporary, as: path)
    }
    try synchroniseFolder(folder(of: path))
  }

  /// Writes a file under its temporary name, to be synchronised and published later.
  ///
  /// Throws `FileError`, also where the name is taken; nothing is left then.
  public static func writeTemporary(_ data: Data, to temporary: String) throws {
    try writeTemporary(to: temporary, named: temporary, pieces: { try $0(data) }, then: { _ in })
  }

  /// Writes a new file and continues with it; after an error it is deleted.
  private static func writeTemporary(
    to temporary: String, named name: String, pieces: (_ write: (Data) throws -> Void) throws -> Void,
    then next: (borrowing FileDescriptor) throws -> Void
  ) throws {
    let file = try FileDescriptor(creating: temporary, named: name)
    do {
      try pieces { try file.write($0) }
      try next(file)
    } catch {
      unlink(temporary)
      throw error
    }
  }

  /// Adds `data` to the end of the file at `path`, durably; a link is not followed.
  ///
  /// A crash may leave a part of it at the end.
  public static func append(_ data: Data, to path: String) throws {
    let file = try FileDescriptor(own: path, flags: O_WRONLY | O_CREAT | O_APPEND, action: "append")
    // Another name of the file, in a copy of the folder made of hard links perhaps, keeps what it has.
    guard try file.nameCount() <= 1 else {
      return try write(Data(readBytes(path, limit: .max)) + data, to: path)
    }
    try file.write(data)
    try file.synchronise()
  }

  /// Waits until the bytes of a finished file are on the disk.
  public static func synchronise(_ path: String) throws {
    try FileDescriptor(own: path, flags: O_RDONLY, action: "open").synchronise()
  }

  /// Gives a synchronised temporary file its final name.
  ///
  /// Durable after `synchroniseFolder`, which may serve many files at once.
  public static func publish(_ temporary: String, as path: String) throws {
    try FileDescriptor.call(path, "rename \(temporary) to it") { rename(temporary, path) }
  }

  /// Makes the names in `folder` durable.
  public static func synchroniseFolder(_ folder: String) throws {
    try FileDescriptor(folder, flags: O_RDONLY | O_DIRECTORY, action: "open the folder").synchronise()
  }

  /// Makes a folder, and those it lies in, where they are not there; its own name is then durable.
  ///
  /// Throws `FileError`.
  public static func makeFolder(_ path: String) throws {
    try Folder.make(path)
    try synchroniseFolder(folder(of: path))
  }

  /// The folder that holds a file or a folder.
  ///
  /// Foundation's own function for this traps on Linux for a relative path of one character.
  public static func folder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  /// Deletes temporary files that a killed process left in `folder`.
  ///
  /// - Parameters:
  ///   - folder: the path of the folder.
  ///   - beginning: what the names of these files begin with.
  /// - Throws: ``FileError`` where the system refuses.
  public static func removeLeftovers(in folder: String, beginning: String = "") throws {
    for name in try names(in: folder)
    where name.hasPrefix(beginning) && name.hasSuffix(TemporaryName.suffix) {
      try remove(folder + "/" + name)
    }
  }

  /// The names in a folder, sorted.
  public static func names(in folder: String) throws -> [String] {
    do {
      return try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
    } catch {
      throw FileError(path: folder, action: "list the folder", reason: systemReason(of: error))
    }
  }

  /// Deletes a file; that it is gone already is no error.
  public static func remove(_ path: String) throws {
    guard unlink(path) != 0, errno != ENOENT else { return }
    throw FileError(path: path, action: "delete", reason: systemReason(errno))
  }
}
