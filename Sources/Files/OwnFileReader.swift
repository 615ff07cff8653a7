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

/// Reads a file that the program keeps for itself from its beginning, piece by piece.
package final class OwnFileReader {
  private let path: String
  private let file: FileDescriptor

  /// Nil where the file is not there.
  ///
  /// Throws `FileError`, also where a link or something else stands there.
  package init?(_ path: String) throws {
    guard FileKind(at: path) != nil else { return nil }
    self.path = path
    file = try FileDescriptor(own: path, flags: O_RDONLY, action: "open")
  }

  /// The next bytes: so many, or fewer at the file's end alone.
  package func read(upTo count: Int) throws -> Data {
    var data = Data(count: count)
    var done = 0
    while done < count {
      let received = try FileDescriptor.call(path, "read") {
        data.withUnsafeMutableBytes { systemRead(file.raw, $0.baseAddress.map { $0 + done }, count - done) }
      }
      if received == 0 { break }
      done += received
    }
    return data.prefix(done)
  }
}

// Inside the type its own `read` hides the system's.
private func systemRead(_ file: Int32, _ bytes: UnsafeMutableRawPointer?, _ count: Int) -> Int {
  read(file, bytes, count)
}
