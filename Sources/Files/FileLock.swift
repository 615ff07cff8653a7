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

/// An exclusive lock on a folder, held as long as the value exists.
///
/// The lock belongs to the open file, so the system drops it when the process ends in any way: no stale lock is
/// left. The file's text, the holder's process id where it has one, serves the message to a second process alone.
public final class FileLock: Sendable {
  private let file: FileDescriptor

  /// Another process holds the lock; its id, where the file has it.
  public struct Held: Error, Hashable {
    /// The process that holds the lock; nil where the file does not name it.
    public let process: Int?
  }

  /// Takes the lock of `folder`, or throws ``Held`` when another holds it for longer than an instant.
  public init(folder: String, file name: String) throws {
    let path = folder + "/" + name
    file = try FileDescriptor(own: path, flags: O_RDWR | O_CREAT, action: "create the lock")
    var attempts = 0
    while flock(file.raw, LOCK_EX | LOCK_NB) != 0 {
      let code = errno
      if code == EINTR { continue }
      // A process that asks for the holder has the lock for an instant.
      if code == EWOULDBLOCK, attempts < 20 {
        attempts += 1
        usleep(5000)
        continue
      }
      guard code == EWOULDBLOCK else {
        throw FileError(path: path, action: "lock", reason: systemReason(code))
      }
      throw Held(process: try Self.process(in: file))
    }
    // A file with another name too may belong to a user; the lock holds without a text.
    guard try file.nameCount() <= 1 else { return }
    guard try Self.isOwn(file) else {
      throw FileError(
        path: path, action: "take the lock", reason: "it is a file with other content",
        cure: "move it elsewhere, or name another folder")
    }
    try FileDescriptor.call(path, "empty") { ftruncate(file.raw, 0) }
    try file.write(Data("\(getpid())\n".utf8))
  }

  /// Waits until no other process, and no other thread, holds the lock of a file, and takes it; its text stays as it is.
  ///
  /// Where nothing may be written, a lock file that is there is locked anyway. Nil where there is none, as then no
  /// other process can make one either.
  ///
  /// - Parameters:
  ///   - path: the lock file, which is made where it is not there.
  ///   - whenWaiting: called once if another holds the lock.
  /// - Throws: `FileError` where the file cannot be made or locked.
  package init?(waitingFor path: String, whenWaiting: () -> Void) throws {
    guard let file = try Self.lockFile(path) else { return nil }
    if flock(file.raw, LOCK_EX | LOCK_NB) != 0 {
      if errno == EWOULDBLOCK { whenWaiting() }
      try FileDescriptor.call(path, "lock") { flock(file.raw, LOCK_EX) }
    }
    self.file = file
  }

  /// The open lock file; nil where there is none and none can be made because nothing may be written.
  private static func lockFile(_ path: String) throws -> FileDescriptor? {
    let flags = O_NOFOLLOW | O_NONBLOCK
    do {
      return try FileDescriptor(path, flags: O_RDWR | O_CREAT | flags, action: "create the lock")
    } catch let error as FileError where error.isRefusedByPermission {
      do {
        return try FileDescriptor(path, flags: O_RDONLY | flags, action: "open the lock")
      } catch let error as FileError where error.code == ENOENT {
        // What cannot be written is found out, and said, where it is needed.
        return nil
      }
    }
  }

  /// Who holds the lock of a folder; nil where there is no holder.
  ///
  /// Nothing is written. The question holds the lock itself for an instant, together with others who only ask.
  public static func holder(folder: String, file name: String) throws -> Held? {
    let path = folder + "/" + name
    guard FileKind(at: path) != nil else { return nil }
    let file = try FileDescriptor(own: path, flags: O_RDONLY, action: "open the lock")
    while flock(file.raw, LOCK_SH | LOCK_NB) != 0 {
      let code = errno
      if code == EINTR { continue }
      guard code == EWOULDBLOCK else {
        throw FileError(path: path, action: "examine the lock", reason: systemReason(code))
      }
      return Held(process: try process(in: file))
    }
    return nil
  }

  /// Whether the text is one that a lock has: a number, or nothing.
  private static func isOwn(_ file: borrowing FileDescriptor) throws -> Bool {
    var text = [UInt8](repeating: 0, count: 32)
    let count = try FileDescriptor.call(file.path, "read") { pread(file.raw, &text, text.count, 0) }
    return count < text.count
      && text.prefix(count).allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) || $0 == 0x0A }
  }

  /// The process id in a lock file.
  private static func process(in file: borrowing FileDescriptor) throws -> Int? {
    var text = [UInt8](repeating: 0, count: 32)
    let count = try FileDescriptor.call(file.path, "read") { pread(file.raw, &text, text.count, 0) }
    return String(decoding: text.prefix(count), as: UTF8.self).split(whereSeparator: \.isWhitespace).first
      .flatMap { Int($0) }
  }
}
