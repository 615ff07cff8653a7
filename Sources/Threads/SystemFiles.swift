#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The small text files in which Linux tells about the machine and this process: those below `/proc` and `/sys`.
package struct SystemFiles: Sendable {
  /// What stands before `/proc` and `/sys`: nothing, except in tests.
  private let root: String

  /// The files of this machine, or those below another root.
  package init(root: String = "") { self.root = root }

  /// The text of a file; nil where it cannot be read.
  ///
  /// The kernel makes these files as they are read, so their size says nothing.
  package func text(_ path: String) -> String? {
    let descriptor = open(root + path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 1 << 14)
    while bytes.count < 1 << 22 {
      let count = read(descriptor, &piece, piece.count)
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else { return nil }
      if count == 0 { break }
      bytes += piece[..<count]
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// The lines of a file; none where it cannot be read.
  func lines(_ path: String) -> [Substring] { (text(path) ?? "").split(separator: "\n") }

  /// The number, 0 or more, that is all of a file; nil for anything else, such as the word `max`.
  func number(_ path: String) -> Int? {
    let words = (text(path) ?? "").split(whereSeparator: \.isWhitespace)
    return words.count == 1 ? Int(words[0]).flatMap { $0 < 0 ? nil : $0 } : nil
  }

  /// The number after a name in a line of its own, as in `MemAvailable:  16 kB`, in bytes; nil where there is no such line.
  package func bytes(_ name: String, in path: String) -> Int? {
    for line in lines(path) {
      let words = line.split(whereSeparator: \.isWhitespace)
      guard words.count >= 2, words[0] == name else { continue }
      guard let number = Int(words[1]), number >= 0 else { return nil }
      let (bytes, isTooLarge) = number.multipliedReportingOverflow(
        by: words.count > 2 && words[2] == "kB" ? 1024 : 1)
      return isTooLarge ? nil : bytes
    }
    return nil
  }
}
