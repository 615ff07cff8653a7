import Foundation
import TestSupport

/// Runs `body` with a root below which the given files stand, as if they were those of `/proc` and `/sys`.
func withSystemFiles<Result>(_ files: [String: String], _ body: (_ root: String) throws -> Result) throws
  -> Result
{
  let root = try TemporaryFolder()
  for (name, text) in files { try root.write(text, to: name) }
  return try withExtendedLifetime(root) { try body(root.path) }
}

/// Files that two sets have, the second's where both have one.
func + (first: [String: String], second: [String: String]) -> [String: String] {
  first.merging(second) { $1 }
}
