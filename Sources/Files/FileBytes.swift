#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Reads a whole regular file into memory, with no second copy.
///
/// `limit` is the largest size accepted, in bytes: a wrong path must not fill the memory. Throws `FileError`.
public func readBytes(_ path: String, limit: Int = 1 << 31) throws -> [UInt8] {
  // Without O_NONBLOCK opening a named pipe would wait for a writer.
  try readBytes(
    of: FileDescriptor(path, flags: O_RDONLY | O_NONBLOCK, action: "open"), path, limit: limit)
}

/// As `readBytes`, for a file that the program keeps for itself: a link of its name is an error.
///
/// Nil where it is not there. Throws `FileError`.
package func readOwnBytes(_ path: String, limit: Int = 1 << 31) throws -> [UInt8]? {
  guard FileKind(at: path) != nil else { return nil }
  return try readBytes(of: FileDescriptor(own: path, flags: O_RDONLY, action: "open"), path, limit: limit)
}

/// Reads the whole of an open regular file, from its start; `path` is what errors call it.
package func readBytes(of file: borrowing FileDescriptor, _ path: String, limit: Int) throws -> [UInt8] {
  let descriptor = file.raw
  var status = stat()
  try FileDescriptor.call(path, "examine") { fstat(descriptor, &status) }
  func failure(_ reason: String, _ cure: String) -> FileError {
    FileError(path: path, action: "read", reason: reason, cure: cure)
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
      let received = try FileDescriptor.call(path, "read") {
        read(descriptor, buffer.baseAddress.map { $0 + count }, size - count)
      }
      guard received > 0 else {
        throw failure("it ended after \(count) of \(size) bytes", "wait until its writer has finished")
      }
      count += received
    }
  }
}
