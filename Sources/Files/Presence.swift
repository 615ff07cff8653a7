#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Whether there is something under a name, a link followed.
///
/// `FileKind` says what it is, and knows names whose links are not followed. Throws `FileError` where the system does not let
/// one see, which is not the same as that nothing is there.
public func isThere(_ path: String) throws -> Bool {
  var status = stat()
  if stat(path, &status) == 0 { return true }
  guard errno != ENOENT, errno != ENOTDIR else { return false }
  throw FileError(path: path, action: "look at it", reason: systemReason(errno))
}

/// Whether a file that the program keeps for itself is there.
///
/// Throws `FileError` where a link or something else stands in its place.
package func isOwnFileThere(_ path: String) throws -> Bool {
  guard let kind = FileKind(at: path) else { return false }
  try kind.require(.file, at: path)
  return true
}
