import Foundation

/// The exclusive right to work in a run directory, held while the value lives.
///
/// The lock belongs to the open file, so the system drops it when the process ends in any way: no stale lock is
/// left. The file's text, the holder's process id, serves the message to a second process alone.
final class FileLock: Sendable {
  private let file: FileDescriptor

  /// Takes the lock of `folder`, or throws `RunStoreError.locked` at once when another holds it.
  init(folder: String, file name: String) throws {
    let path = folder + "/" + name
    file = try FileDescriptor(path, flags: O_RDWR | O_CREAT, action: "create the lock")
    while flock(file.raw, LOCK_EX | LOCK_NB) != 0 {
      let code = errno
      if code == EINTR { continue }
      guard code == EWOULDBLOCK else {
        throw RunStoreError.file(path: path, action: "lock", reason: String(cString: strerror(code)))
      }
      let holder = FileManager.default.contents(atPath: path).flatMap {
        Int(String(decoding: $0, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines))
      }
      throw RunStoreError.locked(path: folder, process: holder)
    }
    try FileDescriptor.call(path, "empty") { ftruncate(file.raw, 0) }
    try file.write(Data("\(getpid())\n".utf8))
  }
}
