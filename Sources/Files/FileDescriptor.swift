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

/// An open file that is closed when the value is used up; every call retries when a signal interrupts it.
///
/// Reading and writing at a place may come from several threads.
package struct FileDescriptor: ~Copyable, Sendable {
  package let raw: Int32
  /// What errors call the file.
  let path: String

  /// Opens a file.
  ///
  /// - Parameters:
  ///   - path: the path of the file.
  ///   - flags: those of `open(2)`; `O_CLOEXEC` is added.
  ///   - action: what the file is opened for, as in "cannot create".
  ///   - name: what errors call the file, where that is not its path.
  /// - Throws: ``FileError`` with the system's reason.
  package init(_ path: String, flags: Int32, action: String, named name: String? = nil) throws {
    self.path = name ?? path
    raw = try Self.call(self.path, action) { open(path, flags | O_CLOEXEC, 0o666) }
  }

  /// Creates a file to write, which must not be there, not even as a link.
  package init(creating path: String, named name: String? = nil) throws {
    try self.init(
      path, flags: O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, action: "create", named: name)
  }

  /// Opens a file that the program keeps for itself: a link is not followed, and what is no file is an error.
  ///
  /// Nothing is waited for, as a named pipe would let its opener do.
  package init(own path: String, flags: Int32, action: String) throws {
    if let kind = FileKind(at: path) { try kind.require(.file, at: path) }
    let opened = try Self.call(path, action) {
      open(path, flags | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0o666)
    }
    do {
      // It may have been replaced between the two calls.
      try FileKind(Self.status(opened, path)).require(.file, at: path)
    } catch {
      close(opened)
      throw error
    }
    self.path = path
    raw = opened
  }

  private static func status(_ file: Int32, _ path: String) throws -> stat {
    var status = stat()
    try call(path, "examine") { fstat(file, &status) }
    return status
  }

  /// What the system says of the file.
  package func status() throws -> stat { try Self.status(raw, path) }

  /// How many names the file has.
  package func nameCount() throws -> Int { try Int(status().st_nlink) }

  deinit { close(raw) }

  /// Writes all of it.
  package func write(_ data: Data) throws {
    var rest = data[...]
    while !rest.isEmpty {
      let count = try Self.call(path, "write") {
        rest.withUnsafeBytes { systemWrite(raw, $0.baseAddress, $0.count) }
      }
      rest = rest.dropFirst(count)
    }
  }

  /// Reads from a place into the front of a buffer; returns how many bytes, fewer than there is room for at the end alone.
  package func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
    var count = 0
    while count < buffer.count {
      let received = try Self.call(path, "read") {
        pread(raw, buffer.baseAddress.map { $0 + count }, buffer.count - count, off_t(offset + count))
      }
      if received == 0 { break }
      count += received
    }
    return count
  }

  /// Writes all bytes at a place.
  package func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws {
    var count = 0
    while count < bytes.count {
      count += try Self.call(path, "write") {
        pwrite(raw, bytes.baseAddress.map { $0 + count }, bytes.count - count, off_t(offset + count))
      }
    }
  }

  /// Has the system keep room for so many bytes, where the file system can.
  package func reserve(_ size: Int) throws {
    #if !canImport(Darwin)
      let code = size > 0 ? posix_fallocate(raw, 0, off_t(size)) : 0
      guard code == 0 || code == EOPNOTSUPP || code == EINVAL else {
        throw FileError(path: path, action: "reserve room", code: code)
      }
    #endif
  }

  /// Cuts the file to a size, or lengthens it by zeros.
  package func resize(to size: Int) throws {
    try Self.call(path, "resize") { ftruncate(raw, off_t(size)) }
  }

  /// Waits until what was written is on the disk.
  package func synchronise() throws {
    _ = try Self.call(path, "write to the disk") { fsync(raw) }
  }

  /// Runs a call that answers -1 on failure, and turns the failure into an error with the system's words.
  @discardableResult
  package static func call<Result: SignedInteger>(
    _ path: String, _ action: String, _ body: () -> Result
  ) throws -> Result {
    while true {
      let result = body()
      if result != -1 { return result }
      let code = errno
      if code == EINTR { continue }
      throw FileError(path: path, action: action, code: code)
    }
  }
}

// Inside the type its own `write` hides the system's.
private func systemWrite(_ file: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
  write(file, bytes, count)
}
