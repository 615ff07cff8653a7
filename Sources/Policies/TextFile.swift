import Foundation

/// Reads a whole text file of moderate size.
///
/// Only a regular file is read: a pipe would make the program wait for a writer that may never come.
func readTextFile(_ path: String) throws(PolicyError) -> Data {
  func failure(_ found: String, _ expected: String) -> PolicyError {
    PolicyError(file: path, found: found, expected: expected)
  }
  let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
  guard descriptor >= 0 else {
    if errno == ENOENT || errno == ENOTDIR { throw failure("no such file", "a file that exists") }
    throw failure("a file that cannot be opened", "a readable file (check its permissions)")
  }
  let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
  var status = stat()
  guard fstat(descriptor, &status) == 0 else {
    throw failure("a file that cannot be examined", "a readable file (check the disk that holds it)")
  }
  switch status.st_mode & S_IFMT {
  case S_IFREG: break
  case S_IFDIR: throw failure("a folder", "a file")
  default: throw failure("a pipe or a device", "a regular file")
  }
  let largest = 64 << 20
  guard let data = try? handle.read(upToCount: largest + 1) ?? Data() else {
    throw failure("a file that cannot be read", "a readable file (check the disk that holds it)")
  }
  guard data.count <= largest else {
    throw failure("more than \(largest >> 20) MiB", "a smaller text file")
  }
  return data
}
