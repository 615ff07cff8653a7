#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The size of what stands under a name in bytes, a link not followed; nil where nothing does.
public func fileSize(at path: String) -> Int? {
  var status = stat()
  return lstat(path, &status) == 0 ? Int(status.st_size) : nil
}

/// Whether a file has more names than this one, as in a copy of its folder that is made of hard links.
///
/// Who writes into it where it is writes into what the other names have.
package func hasOtherNames(_ path: String) -> Bool {
  var status = stat()
  return lstat(path, &status) == 0 && status.st_nlink > 1
}
