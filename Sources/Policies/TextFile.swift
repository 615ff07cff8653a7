import Files
import Text

/// Reads a whole text file of moderate size.
///
/// Only a regular file is read: a pipe would make the program wait for a writer that may never come.
package func readTextFile(_ path: String) throws(PolicyError) -> [UInt8] {
  do {
    return try readBytes(path, limit: largest)
  } catch {
    let (found, expected) = words(path, error as? FileError)
    throw PolicyError(file: path, found: found, expected: expected)
  }
}

private let largest = 64 << 20

/// What was found instead of a text file, and what was expected.
private func words(_ path: String, _ error: FileError?) -> (found: String, expected: String) {
  guard let error, !error.isAboutMissingFile else { return ("no such file", "a file that exists") }
  switch FileKind(following: path) {
  case .folder:
    let schedule = (path.hasSuffix("/") ? path : path + "/") + "schedule.json"
    return (
      "a folder", FileKind(following: schedule) == .file ? "a file, such as \(printable(schedule))" : "a file"
    )
  case .pipe, .socket, .device: return ("a pipe or a device", "a regular file")
  case .file where fileSize(at: path).map { $0 > largest } ?? false:
    return ("more than \(largest >> 20) MiB", "a smaller text file")
  default:
    return error.isRefusedByPermission
      ? ("a file that cannot be opened", "a readable file (check its permissions)")
      : ("a file that cannot be read (\(error.reason))", "a readable file")
  }
}
