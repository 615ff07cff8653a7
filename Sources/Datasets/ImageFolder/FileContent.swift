import CFileSystems
import Files
import Foundation

/// What is known of a file's content, and how it is decided later that the file still has it.
struct ContentStamp: Equatable, Sendable {
  /// The SHA-256 of all bytes.
  let digest: SIMD4<UInt64>
  /// The file's state before and after it was read.
  let state: FileState
  /// Whether the state is enough to decide; otherwise the bytes are read again and the digest is compared.
  let isProven: Bool
}

/// A file's bytes, read while nothing changed them.
struct FileContent {
  let bytes: [UInt8]
  let stamp: ContentStamp

  /// Reads a file whole; throws `FileError`, also where something keeps writing to it.
  init(of path: String) throws {
    for _ in 0..<3 {
      var now = timespec()
      clock_gettime(CLOCK_REALTIME, &now)
      let file = try FileDescriptor(path, flags: O_RDONLY | O_NONBLOCK, action: "open")
      let before = try Self.state(of: file, path)
      let bytes = try readBytes(of: file, path, limit: largestImageFile)
      guard try Self.state(of: file, path) == before, bytes.count == before.size else { continue }
      let isProven = before.provesContent(
        readAt: nanoseconds(now), hasStableNumbers: Self.hasStableNumbers(file))
      let digest = HashFunction.sha256(bytes).withUnsafeBytes { $0.loadUnaligned(as: SIMD4<UInt64>.self) }
      self.init(bytes: bytes, stamp: ContentStamp(digest: digest, state: before, isProven: isProven))
      return
    }
    throw FileError(
      path: path, action: "read", reason: "it changed while it was read",
      cure: "wait until its writer has finished")
  }

  private init(bytes: [UInt8], stamp: ContentStamp) {
    self.bytes = bytes
    self.stamp = stamp
  }

  private static func state(of file: borrowing FileDescriptor, _ path: String) throws -> FileState {
    let descriptor = file.raw
    var status = stat()
    try FileDescriptor.call(path, "examine") { fstat(descriptor, &status) }
    return FileState(status)
  }

  /// The numbers of file systems that keep an identity and a time of change for every file on the disk itself.
  ///
  /// Others make identities up when they are mounted, or have their times from a server or an archive: FAT, NFS, SMB,
  /// FUSE, images of compact discs.
  private static let stableFileSystems: Set<UInt32> = [
    0xEF53,  // ext2, ext3, ext4
    0x5846_5342,  // XFS
    0x9123_683E,  // Btrfs
    0x2FC1_2FC1,  // ZFS
    0xF2F5_2010,  // F2FS
    0xCA45_1A4E,  // bcachefs
    0x0102_1994,  // tmpfs
    0x794C_7630,  // overlayfs
  ]

  private static func hasStableNumbers(_ file: borrowing FileDescriptor) -> Bool {
    #if canImport(Darwin)
      return false
    #else
      return stableFileSystems.contains(file_system_kind(file.raw))
    #endif
  }
}
