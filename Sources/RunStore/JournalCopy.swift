import Files
import Foundation

/// A copy of a journal in a folder of its own, for a journal that lies where nothing may be written.
///
/// SQLite makes files beside a journal even to read it.
struct JournalCopy {
  /// The journal's copy.
  let path: String
  private let folder: String

  /// Copies a journal and its log, where it has one; throws `FileError`.
  init(of journal: String) throws {
    folder = try Self.makeFolder()
    path = folder + "/run.sqlite"
    do {
      for end in ["", "-wal"] where end.isEmpty || FileManager.default.fileExists(atPath: journal + end) {
        try AtomicFile.writeTemporary(Data(readBytes(journal + end, limit: .max)), to: path + end)
      }
    } catch {
      remove()
      throw error
    }
  }

  private static func makeFolder() throws -> String {
    let variable = ProcessInfo.processInfo.environment["TMPDIR"] ?? ""
    do {
      return try Folder.makeTemporary(in: variable.isEmpty ? "/tmp" : variable, beginning: "pba-journal")
    } catch let error as FileError {
      throw FileError(
        path: error.path, action: error.action, reason: error.reason,
        cure:
          "a copy of a journal that lies where nothing may be written has its place there; name another by TMPDIR"
      )
    }
  }

  /// Deletes the files; whoever has them open goes on reading.
  func remove() { try? FileManager.default.removeItem(atPath: folder) }
}
