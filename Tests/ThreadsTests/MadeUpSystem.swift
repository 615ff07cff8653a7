import Foundation

/// Runs `body` with a root below which the given files stand, as if they were those of `/proc` and `/sys`.
func withSystemFiles<Result>(_ files: [String: String], _ body: (_ root: String) throws -> Result) throws
  -> Result
{
  let root = FileManager.default.temporaryDirectory.appendingPathComponent("system-\(UUID().uuidString)")
  defer { try? FileManager.default.removeItem(at: root) }
  try FileManager.default.createDirectory(at: root, withIntermediateDirectories: true)
  for (name, text) in files {
    let file = root.appendingPathComponent(name)
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: file)
  }
  return try body(root.path)
}

/// Files that two sets have, the second's where both have one.
func + (first: [String: String], second: [String: String]) -> [String: String] {
  first.merging(second) { $1 }
}
