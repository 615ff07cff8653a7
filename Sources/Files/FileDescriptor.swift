import Foundation

/// An open file that is closed when the value is used up; every call retries when a signal interrupts it.
package struct FileDescriptor: ~Copyable {
  package let raw: Int32
  /// What errors call the file.
  let path: String

  /// Opens a file; `action` says what for, as in "cannot create".
  ///
  /// - Parameter name: what errors call the file, where that is not its path.
  package init(_ path: String, flags: Int32, action: String, named name: String? = nil) throws {
    self.path = name ?? path
    raw = try Self.call(self.path, action) { open(path, flags | O_CLOEXEC, 0o666) }
  }

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
      throw FileError(path: path, action: action, reason: String(cString: strerror(code)))
    }
  }
}

// Inside the type its own `write` hides the system's.
private func systemWrite(_ file: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
  write(file, bytes, count)
}
