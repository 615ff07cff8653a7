import Foundation

/// A file in memory alone, for readers that take a path.
final class InputFile: Sendable {
  let path: String
  private let descriptor: CInt

  init() {
    let name = "/pba-fuzz-\(getpid())"
    descriptor = shm_open(name, O_RDWR | O_CREAT | O_EXCL, 0o600)
    guard descriptor >= 0 else { fatalError("shm_open: \(String(cString: strerror(errno)))") }
    // Nothing is left behind; the descriptor's own path leads to it.
    shm_unlink(name)
    path = "/proc/self/fd/\(descriptor)"
  }

  /// Puts bytes in the place of the file's contents.
  func fill(_ bytes: some Collection<UInt8>) {
    let bytes = Array(bytes)
    guard ftruncate(descriptor, 0) == 0, pwrite(descriptor, bytes, bytes.count, 0) == bytes.count else {
      fatalError("the file in memory cannot be written: \(String(cString: strerror(errno)))")
    }
  }

  /// The files that readers have: no more are open at once.
  static let first = InputFile()
  static let second = InputFile()

  /// The path of a file with these bytes.
  static func holding(_ bytes: some Collection<UInt8>) -> String {
    first.fill(bytes)
    return first.path
  }
}
