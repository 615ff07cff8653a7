import CZlib
import Files
import Foundation
import Images

/// A file of decoded images of one size, one after another, open for reading or for writing at any place.
///
/// Its calls may come from several threads, each with places of its own.
final class CacheFile: Sendable {
  let path: String
  private let file: FileDescriptor

  /// Opens a file to read; nil when it is not there.
  init?(reading path: String) {
    guard
      let file = try? FileDescriptor(path, flags: O_RDONLY | O_NOFOLLOW | O_NONBLOCK, action: "open")
    else { return nil }
    self.file = file
    self.path = path
  }

  /// Creates a file to write, with room for so many bytes; what is there is an error.
  init(writing path: String, size: Int) throws {
    self.path = path
    file = try Self.explaining(path, "created") { try FileDescriptor(creating: path) }
    do {
      // A full disk is better found before hours of work than after.
      try Self.explaining(path, "given room for \(size) bytes") { try file.reserve(size) }
    } catch {
      unlink(path)
      throw error
    }
  }

  /// The file's size in bytes and its time of change in nanoseconds.
  func state() throws -> (size: Int, modified: Int) {
    let status = try Self.explaining(path, "examined") { try file.status() }
    return (Int(status.st_size), modificationTime(status))
  }

  /// Reads bytes; nil when the file ends before all are there.
  func bytes(at offset: Int, count: Int) throws -> [UInt8]? {
    let bytes = try Self.explaining(path, "read") {
      try [UInt8](unsafeUninitializedCapacity: count) { buffer, used in
        used = try file.read(at: offset, into: UnsafeMutableRawBufferPointer(buffer))
      }
    }
    return bytes.count == count ? bytes : nil
  }

  /// Writes bytes at a place.
  func write(_ bytes: [UInt8], at offset: Int) throws {
    try Self.explaining(path, "written") { try bytes.withUnsafeBytes { try file.write($0, at: offset) } }
  }

  /// Cuts the file to a size and waits until it is on the disk.
  func finish(size: Int) throws {
    try Self.explaining(path, "written") {
      try file.resize(to: size)
      try file.synchronise()
    }
  }

  /// The file's first bytes in memory as the disk has them, read when they are touched.
  ///
  /// A file that is replaced under its name stays mapped as it was.
  func mapped(size: Int) throws -> LentBytes {
    LentBytes(try Self.explaining(path, "mapped") { try MappedFile(file, size: size) })
  }

  /// Runs a body, and says of what the system refuses in it what a user of the cache can do.
  static func explaining<Result: ~Copyable>(
    _ path: String, _ action: String, _ body: () throws -> Result
  ) throws -> Result {
    do {
      return try body()
    } catch let error as FileError {
      guard let code = error.code else { throw error }
      throw failure(path, action, code)
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

extension LentBytes {
  /// Lends the bytes of a mapped file.
  convenience init(_ mapped: MappedFile) {
    self.init(mapped.bytes) { _ in
      withExtendedLifetime(mapped) {}
    } setAside: {
      MappedFile.setAside($0)
    }
  }
}

/// The CRC-32 of bytes, as in gzip.
func checksum(_ bytes: [UInt8]) -> UInt32 {
  UInt32(truncatingIfNeeded: crc32_z(0, bytes, bytes.count))
}
