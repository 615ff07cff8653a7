import Foundation

/// An open file that is closed when the value is used up; every call retries when a signal interrupts it.
struct FileDescriptor: ~Copyable {
  let raw: Int32
  let path: String

  init(_ path: String, flags: Int32, action: String) throws {
    raw = try Self.call(path, action) { open(path, flags | O_CLOEXEC, 0o644) }
    self.path = path
  }

  deinit { close(raw) }

  func write(_ data: Data) throws {
    var rest = data[...]
    while !rest.isEmpty {
      let count = try Self.call(path, "write") {
        rest.withUnsafeBytes { systemWrite(raw, $0.baseAddress, $0.count) }
      }
      rest = rest.dropFirst(count)
    }
  }

  func synchronise() throws {
    _ = try Self.call(path, "write to the disk") { fsync(raw) }
  }

  /// Runs a call that answers -1 on failure, and turns the failure into an error with the system's words.
  @discardableResult
  static func call<Result: SignedInteger>(
    _ path: String, _ action: String, _ body: () -> Result
  ) throws -> Result {
    while true {
      let result = body()
      if result != -1 { return result }
      let code = errno
      if code == EINTR { continue }
      throw RunStoreError.file(path: path, action: action, reason: String(cString: strerror(code)))
    }
  }
}

// Inside the type its own `write` hides the system's.
private func systemWrite(_ file: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
  write(file, bytes, count)
}
