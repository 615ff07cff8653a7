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

/// The size and the SHA-256 of a file, by which the journal recognises a checkpoint.
public struct FileDigest: Codable, Hashable, Sendable {
  /// The length in bytes.
  public let size: Int
  /// 64 lower-case hexadecimal digits.
  public let sha256: String

  /// A digest that was recorded: a size in bytes and 64 lower-case hexadecimal digits.
  public init(size: Int, sha256: String) {
    self.size = size
    self.sha256 = sha256
  }

  /// Reads the file at `path` in pieces.
  ///
  /// Throws `FileError`.
  public init(ofFile path: String) throws {
    let file = try FileDescriptor(own: path, flags: O_RDONLY, action: "open")
    var hash = Hash(.sha256)
    var size = 0
    try withUnsafeTemporaryAllocation(byteCount: 1 << 16, alignment: 16) { buffer in
      while true {
        let count = try FileDescriptor.call(path, "read") { read(file.raw, buffer.baseAddress, buffer.count) }
        if count == 0 { break }
        hash.update(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
        size += count
      }
    }
    self.init(size: size, sha256: hexadecimal(hash.finish()))
  }

  /// The digest that a file of these bytes would have.
  public init(of data: Data) {
    self.init(size: data.count, sha256: hexadecimal(HashFunction.sha256(data)))
  }

  /// Whether the file at `path` is there and is the one this value was taken of.
  ///
  /// Nothing but a file is: a link or a pipe of its name is not it. Throws `FileError` where that cannot be found out: a
  /// file that cannot be read today is not a damaged one.
  public func matches(_ path: String) throws -> Bool {
    var status = stat()
    if lstat(path, &status) != 0 {
      guard errno == ENOENT || errno == ENOTDIR else {
        throw FileError(path: path, action: "examine", reason: systemReason(errno))
      }
      return false
    }
    return try FileKind(status) == .file && Int(status.st_size) == size && FileDigest(ofFile: path) == self
  }
}

/// The first 8 bytes of the SHA-256 of some bytes: enough to notice damage, and small where there are many.
package func shortDigest(of bytes: [UInt8]) -> UInt64 {
  HashFunction.sha256(bytes).prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
}

/// Bytes as lower-case hexadecimal digits, two each.
public func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
  bytes.map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
}
