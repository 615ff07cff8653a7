import Files
import Foundation

/// A download that is not whole yet: `NAME.partial`, and beside it `NAME.partial.validator`, by which the server can
/// tell whether its file is still the same.
///
/// Its name must be the same the next time, so it can be foreseen: what is there is taken only where it is a file and has
/// no other name. It is locked while it is open; another process that fetches the same file ends with an error.
final class PartialFile {
  let finalPath: String
  private(set) var size: Int
  /// Whether the bytes came in more than one piece.
  var isPieced: Bool
  private let path: String
  private let validatorPath: String
  private let descriptor: Int32

  /// Opens what an earlier attempt left, or an empty file.
  init(for finalPath: String) throws {
    self.finalPath = finalPath
    path = finalPath + ".partial"
    validatorPath = path + ".validator"
    (descriptor, size) = try Self.openLocked(path)
    isPieced = size > 0
  }

  /// Opens and locks the file that has this name; returns its size too.
  private static func openLocked(_ path: String) throws -> (descriptor: Int32, size: Int) {
    while true {
      if let kind = FileKind(at: path), kind != .file { throw notOwn(path, kind.words) }
      let descriptor = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0o644)
      guard descriptor >= 0 else { throw failure(path, "created") }
      guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
        close(descriptor)
        throw DatasetError.badFile(
          file: path, offset: nil, found: "it locked by another process", expected: "one download at a time",
          cure: "wait until that has finished")
      }
      var (own, named) = (stat(), stat())
      guard fstat(descriptor, &own) == 0 else {
        close(descriptor)
        throw failure(path, "examined")
      }
      if lstat(path, &named) == 0, (own.st_dev, own.st_ino) == (named.st_dev, named.st_ino) {
        guard own.st_mode & S_IFMT == S_IFREG, own.st_nlink <= 1 else {
          close(descriptor)
          throw notOwn(path, "a file with \(own.st_nlink) names")
        }
        return (descriptor, Int(own.st_size))
      }
      // Between opening and locking, its owner finished: this is the final file by now, which is not to be touched.
      close(descriptor)
    }
  }

  deinit { close(descriptor) }

  /// What the server said of the file these bytes are from.
  var validator: String? {
    // It is sent to a server: nothing but one line of a file of this name.
    guard let bytes = try? readOwnBytes(validatorPath, limit: 4096),
      bytes.allSatisfy({ $0 >= 32 && $0 != 127 })
    else { return nil }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Forgets all bytes; those to come are from a file with this validator.
  func restart(validator: String? = nil) throws {
    guard ftruncate(descriptor, 0) == 0 else { throw Self.failure(path, "emptied") }
    size = 0
    isPieced = false
    if let validator {
      try AtomicFile.write(Data(validator.utf8), to: validatorPath)
    } else {
      unlink(validatorPath)
    }
  }

  func append(_ bytes: UnsafeRawBufferPointer) throws {
    var done = 0
    while done < bytes.count {
      let count = pwrite(descriptor, bytes.baseAddress.map { $0 + done }, bytes.count - done, off_t(size))
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else { throw Self.failure(path, "written") }
      done += count
      size += count
    }
  }

  /// The bytes so far, from the beginning.
  func contents() throws -> FileRange { try FileRange(OpenFile(path)) }

  /// Gives the file its final name, durably.
  func finish() throws {
    guard fsync(descriptor) == 0, rename(path, finalPath) == 0 else {
      throw Self.failure(finalPath, "put in place")
    }
    unlink(validatorPath)
    try synchroniseFolder(URL(fileURLWithPath: finalPath).deletingLastPathComponent().path)
  }

  /// Deletes the file.
  func discard() {
    unlink(path)
    unlink(validatorPath)
  }

  private static func notOwn(_ path: String, _ found: String) -> DatasetError {
    .badFile(
      file: path, offset: nil, found: found, expected: "the beginning of a download, or nothing",
      cure: "remove it, then run the same command again")
  }

  private static func failure(_ path: String, _ action: String) -> DatasetError { .notWritten(path, action) }
}

extension DatasetError {
  /// An error of the system when a file was written, from `errno`.
  static func notWritten(_ path: String, _ action: String) -> DatasetError {
    .badFile(
      file: path, offset: nil, found: "\"\(systemReason(errno))\" when it was \(action)",
      expected: "a folder with room that you may write to",
      cure: "make room or choose another \(setting: "dataDirectory"), then run the same command again")
  }
}

/// Makes new names in a folder durable.
func synchroniseFolder(_ folder: String) throws {
  let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
  guard descriptor >= 0 else { throw DatasetError.notWritten(folder, "opened") }
  defer { close(descriptor) }
  guard fsync(descriptor) == 0 else { throw DatasetError.notWritten(folder, "written") }
}
