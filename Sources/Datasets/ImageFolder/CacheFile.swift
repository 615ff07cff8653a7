import Images
import CZlib
import Files
import Foundation

/// A file of decoded images of one size, one after another, open for reading or for writing at any place.
///
/// Its calls may come from several threads, each with places of its own.
final class CacheFile: Sendable {
  let path: String
  private let descriptor: Int32

  /// Opens a file to read; nil when it is not there.
  init?(reading path: String) {
    descriptor = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    self.path = path
  }

  /// Creates a file to write, with room for so many bytes; what is there is an error.
  init(writing path: String, size: Int) throws {
    self.path = path
    descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw Self.failure(path, "created", errno) }
    #if !canImport(Darwin)
      // A full disk is better found before hours of work than after. Some file systems cannot reserve.
      let code = size > 0 ? posix_fallocate(descriptor, 0, off_t(size)) : 0
      guard code == 0 || code == EOPNOTSUPP || code == EINVAL else {
        unlink(path)
        throw Self.failure(path, "given room for \(size) bytes", code)
      }
    #endif
  }

  deinit { close(descriptor) }

  /// The file's size in bytes and its time of change in nanoseconds.
  func state() throws -> (size: Int, modified: Int) {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw Self.failure(path, "examined", errno) }
    return (Int(status.st_size), modificationTime(status))
  }

  /// Reads bytes; nil when the file ends before all are there.
  func bytes(at offset: Int, count: Int) throws -> [UInt8]? {
    let bytes = try [UInt8](unsafeUninitializedCapacity: count) { buffer, used in
      while used < count {
        let received = pread(
          descriptor, buffer.baseAddress.map { $0 + used }, count - used, off_t(offset + used))
        if received < 0 && errno == EINTR { continue }
        guard received >= 0 else { throw Self.failure(path, "read", errno) }
        if received == 0 { break }
        used += received
      }
    }
    return bytes.count == count ? bytes : nil
  }

  /// Writes bytes at a place.
  func write(_ bytes: [UInt8], at offset: Int) throws {
    try bytes.withUnsafeBytes { buffer in
      var written = 0
      while written < buffer.count {
        let accepted = pwrite(
          descriptor, buffer.baseAddress.map { $0 + written }, buffer.count - written, off_t(offset + written)
        )
        if accepted < 0 && errno == EINTR { continue }
        guard accepted >= 0 else { throw Self.failure(path, "written", errno) }
        written += accepted
      }
    }
  }

  /// Cuts the file to a size and waits until it is on the disk.
  func finish(size: Int) throws {
    guard ftruncate(descriptor, off_t(size)) == 0, fsync(descriptor) == 0 else {
      throw Self.failure(path, "written", errno)
    }
  }

  /// The file's first bytes in memory as the disk has them, read when they are touched.
  ///
  /// A file that is replaced under its name stays mapped as it was.
  func mapped(size: Int) throws -> LentBytes {
    guard size > 0 else { return LentBytes(UnsafeBufferPointer(start: nil, count: 0)) { _ in } }
    let address = mmap(nil, size, PROT_READ, MAP_SHARED, descriptor, 0)
    guard let address, address != MAP_FAILED else { throw Self.failure(path, "mapped", errno) }
    let bytes = UnsafeBufferPointer(start: address.assumingMemoryBound(to: UInt8.self), count: size)
    return LentBytes(bytes) {
      munmap(UnsafeMutableRawPointer(mutating: $0.baseAddress), $0.count)
    } setAside: { part in
      // Whole pages alone; the system keeps their bytes in its cache as long as there is room.
      let page = Int(getpagesize())
      guard let start = part.baseAddress.map(UInt.init(bitPattern:)) else { return }
      let first = (Int(bitPattern: start) + page - 1) / page * page
      let end = (Int(bitPattern: start) + part.count) / page * page
      if first < end { madvise(UnsafeMutableRawPointer(bitPattern: first), end - first, MADV_DONTNEED) }
    }
  }

  static func failure(_ path: String, _ action: String, _ code: Int32) -> DatasetError {
    let (expected, cure) =
      switch code {
      case ENOSPC, EDQUOT, EFBIG: ("room for decoded images", "free space there")
      case EACCES, EPERM, EROFS: ("a file that you may write", "allow writing there")
      case ENOMEM: ("memory for decoded images", "end other programs")
      case EMFILE, ENFILE: ("one more file that may be open", "raise the limit of open files (ulimit -n)")
      case EISDIR, ENOTDIR, ENOENT, ELOOP: ("a file of the cache", "remove what is in its place")
      default: ("a file system that does this", "check the disk that holds it")
      }
    return .badFile(
      file: path, offset: nil, found: "\"\(systemReason(code))\" when it was \(action)",
      expected: expected, cure: "\(cure), or choose another folder with \(setting: "dataDirectory")")
  }
}

/// The CRC-32 of bytes, as in gzip.
func checksum(_ bytes: [UInt8]) -> UInt32 {
  UInt32(truncatingIfNeeded: crc32_z(0, bytes, bytes.count))
}
