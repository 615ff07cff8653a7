import Foundation

/// A file or folder whatever name leads to it.
package struct FileIdentity: Hashable, Sendable {
  let device: UInt64
  let number: UInt64

  /// The device and the number (inode) that the system gives.
  package init(device: UInt64, number: UInt64) {
    self.device = device
    self.number = number
  }

  init(_ status: stat) {
    self.init(device: UInt64(status.st_dev), number: UInt64(status.st_ino))
  }
}

/// What the system knows of a file without reading it.
///
/// Size and time of modification alone prove little: archives and copies bring both along. No program can set the time
/// of change, and writing to a file, or giving its place to another, alters it or the identity.
package struct FileState: Hashable, Sendable {
  let identity: FileIdentity
  /// In bytes.
  let size: Int
  /// The time of the last change of the content, in nanoseconds since 1970.
  let modified: Int
  /// The time of the last change of content, name or permissions, in nanoseconds since 1970.
  let changed: Int

  /// What was found or recorded before; times in nanoseconds since 1970.
  package init(identity: FileIdentity, size: Int, modified: Int, changed: Int) {
    self.identity = identity
    self.size = size
    self.modified = modified
    self.changed = changed
  }

  init(_ status: stat) {
    #if canImport(Darwin)
      let changed = status.st_ctimespec
    #else
      let changed = status.st_ctim
    #endif
    self.init(
      identity: FileIdentity(status), size: Int(status.st_size), modified: modificationTime(status),
      changed: nanoseconds(changed))
  }

  /// Whether a file that is read now keeps its content as long as it keeps this state.
  ///
  /// - Parameters:
  ///   - now: when the reading began, in nanoseconds since 1970.
  ///   - hasStableNumbers: whether its file system keeps identities and times of change of its own.
  /// - Returns: whether equal states later mean equal content.
  package func provesContent(readAt now: Int, hasStableNumbers: Bool) -> Bool {
    // A second change within one tick of the file system's clock, which is a second at most, leaves no trace.
    hasStableNumbers && changed < now - 2_000_000_000
  }
}

/// The time of the last change to a file's content in nanoseconds since 1970.
func modificationTime(_ status: stat) -> Int {
  #if canImport(Darwin)
    nanoseconds(status.st_mtimespec)
  #else
    nanoseconds(status.st_mtim)
  #endif
}

func nanoseconds(_ time: timespec) -> Int {
  Int(time.tv_sec) &* 1_000_000_000 &+ Int(time.tv_nsec)
}
