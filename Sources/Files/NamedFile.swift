#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// What stands under a name, to notice that it was removed or replaced.
package struct NamedFile: Hashable, Sendable {
  /// The name.
  package let path: String
  private let device: UInt64
  private let number: UInt64

  /// What stands under a name now, a link not followed; nil where nothing does.
  package init?(at path: String) {
    var status = stat()
    guard lstat(path, &status) == 0 else { return nil }
    self.path = path
    device = UInt64(status.st_dev)
    number = UInt64(status.st_ino)
  }

  /// Whether the name still stands for the same file.
  package var isInPlace: Bool { NamedFile(at: path) == self }
}
