#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// What stands under a name.
package enum FileKind: Hashable, Sendable {
  case file, folder, link, pipe, socket, device

  /// A link is not followed: what a program would write over or delete, so that a link that leads nowhere counts.
  ///
  /// Nil where nothing has the name, or the system does not say.
  package init?(at path: String) {
    var status = stat()
    guard lstat(path, &status) == 0 else { return nil }
    self.init(status)
  }

  /// What a link leads to: what a program would read.
  ///
  /// Nil where nothing is there, or the system does not say.
  package init?(following path: String) {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    self.init(status)
  }

  init(_ status: stat) {
    self =
      switch status.st_mode & S_IFMT {
      case S_IFREG: .file
      case S_IFDIR: .folder
      case S_IFLNK: .link
      case S_IFIFO: .pipe
      case S_IFSOCK: .socket
      default: .device
      }
  }

  /// As in "found a symbolic link".
  package var words: String {
    switch self {
    case .file: "a file"
    case .folder: "a folder"
    case .link: "a symbolic link"
    case .pipe: "a named pipe"
    case .socket: "a socket"
    case .device: "a device"
    }
  }

  /// Throws unless nothing has the name, or a file or a folder as expected.
  ///
  /// What a program keeps for itself is never a link: that would lead elsewhere.
  package func require(_ expected: FileKind, at path: String) throws {
    guard self != expected else { return }
    throw FileError(
      path: path, action: "use it", reason: "found \(words), expected \(expected.words)",
      cure: "remove it, or restore what was there")
  }
}
