import Files
import Foundation

/// Where comma-separated values go: a new file, or standard output.
struct CSVTarget {
  /// Nil for standard output.
  private let path: String?
  private let force: Bool

  /// What an option says: a file, or `-` for standard output; nil where it was not given.
  ///
  /// With `force` a file that is there is written over.
  init?(_ option: String?, force: Bool = false) {
    guard let option else { return nil }
    path = option == "-" ? nil : option
    self.force = force
  }

  /// Whether they go to standard output.
  var isStandardOutput: Bool { path == nil }

  /// Throws if the file is there, or cannot be; asked before work is done for it.
  func requireFree() throws {
    guard let path else { return }
    if !force { try refuseToOverwrite(path) }
    try requireFolder(of: path)
  }

  /// Writes lines, which the body gives one after the other, without their ends.
  ///
  /// On standard output, what would move a terminal's cursor is escaped.
  func write(_ lines: (_ line: (String) throws -> Void) throws -> Void) throws {
    guard let path else { return try lines(printResultLines) }
    try requireFree()
    try AtomicFile.write(to: path) { write in
      try withoutActuallyEscaping(write) { write in try lines { try write(Data(($0 + "\n").utf8)) } }
    }
    printNote("wrote \(path)")
  }
}
