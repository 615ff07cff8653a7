#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Reads a whole regular file into memory, with no second copy.
///
/// `limit` is the largest size accepted, in bytes: a wrong path must not fill the memory.
package func readBytes(_ path: String, limit: Int = 1 << 31) throws -> [UInt8] {
  func failure(_ problem: String, _ cure: String) -> ImageFileError {
    ImageFileError(file: path, problem: problem, cure: cure)
  }
  let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
  guard descriptor >= 0 else {
    throw failure(
      "cannot be opened: \(systemErrorText())", "check that the file exists and that you may read it")
  }
  defer { close(descriptor) }
  var status = stat()
  guard fstat(descriptor, &status) == 0 else {
    throw failure("cannot be examined: \(systemErrorText())", "check the disk that holds it")
  }
  guard status.st_mode & S_IFMT == S_IFREG else {
    throw failure("found a folder or a device, expected a file", "name a file")
  }
  let size = Int(status.st_size)
  guard size <= limit else {
    throw failure("found \(size) bytes, expected at most \(limit)", "check that this is the right file")
  }
  return try [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
    while count < size {
      let received = read(descriptor, buffer.baseAddress.map { $0 + count }, size - count)
      if received < 0 && errno == EINTR { continue }
      guard received >= 0 else {
        throw failure("cannot be read: \(systemErrorText())", "check the disk that holds it")
      }
      guard received > 0 else {
        throw failure(
          "ended after \(count) of \(size) bytes while it was read", "wait until its writer has finished")
      }
      count += received
    }
  }
}

/// Writes a file so that its path never shows a half-written one: a temporary name beside it, then a rename.
package func replaceFile(_ path: String, with bytes: [UInt8]) throws {
  let temporary = "\(path).\(getpid()).partial"
  func failure(_ action: String) -> ImageFileError {
    ImageFileError(
      file: path, problem: "cannot be \(action): \(systemErrorText())",
      cure: "check that its folder exists, has room, and that you may write there")
  }
  let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
  guard descriptor >= 0 else { throw failure("created") }
  do {
    // Closing may report a late write error, so it belongs to the part that is checked.
    defer { close(descriptor) }
    try bytes.withUnsafeBytes { buffer in
      var written = 0
      while written < buffer.count {
        let accepted = write(descriptor, buffer.baseAddress.map { $0 + written }, buffer.count - written)
        if accepted < 0 && errno == EINTR { continue }
        guard accepted >= 0 else { throw failure("written") }
        written += accepted
      }
    }
    guard fsync(descriptor) == 0 else { throw failure("written") }
    guard rename(temporary, path) == 0 else { throw failure("put in place") }
  } catch {
    unlink(temporary)
    throw error
  }
}

private func systemErrorText() -> String {
  String(cString: strerror(errno))
}
