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
      try Self.copyAtRest(journal, to: path)
    } catch {
      remove()
      throw error
    }
  }

  /// Whether SQLite is known to fail to read a journal where it lies, after ten seconds of retries ("locking protocol").
  ///
  /// It does so where the log's index may only be read and the log is a header without an entry, as its writer leaves
  /// it that is killed before the first one: the salts in the header are compared with those of an index made in
  /// memory, which has none. A log whose header is damaged has the same effect and is not recognised here.
  static func isNeeded(toRead journal: String) -> Bool {
    let index = journal + "-shm"
    var log = stat()
    return stat(journal + "-wal", &log) == 0 && log.st_size == logHeaderSize
      && access(index, F_OK) == 0 && access(index, W_OK) != 0
  }

  /// The bytes of a log before its first entry.
  ///
  /// https://www.sqlite.org/fileformat2.html#walformat
  private static let logHeaderSize = 32

  /// Copies the files, again where they were written meanwhile: one of before and one of after do not go together.
  private static func copyAtRest(_ journal: String, to path: String) throws {
    for attempt in 0..<5 {
      if attempt > 0 { usleep(100_000) }
      let before = ends.map { FileStamp(journal + $0) }
      let copied = Result { try copyOnce(journal, to: path) }
      // An error too may come of a file that becomes shorter, or goes, while it is read.
      if ends.map({ FileStamp(journal + $0) }) == before { return try copied.get() }
    }
    throw FileError(
      path: journal, action: "copy it", reason: "the run is being written by another process",
      cure: "try again")
  }

  private static func copyOnce(_ journal: String, to path: String) throws {
    for end in ends {
      try AtomicFile.remove(path + end)
      guard end.isEmpty || FileKind(at: journal + end) != nil else { continue }
      try AtomicFile.writeTemporary(Data(readBytes(journal + end, limit: .max)), to: path + end)
    }
  }

  /// The ends of the names of the journal and of its log.
  private static let ends = ["", "-wal"]

  private static func makeFolder() throws -> String {
    let variable = ProcessInfo.processInfo.environment["TMPDIR"] ?? ""
    do {
      return try Folder.makeTemporary(in: variable.isEmpty ? "/tmp" : variable, beginning: "pba-journal")
    } catch let error as FileError {
      throw FileError(
        path: error.path, action: error.action, reason: error.reason,
        cure:
          "a copy of the journal is made there, as it cannot be read where it lies; set TMPDIR to another folder"
      )
    }
  }

  /// Deletes the files; a connection that has them open keeps reading.
  func remove() { try? FileManager.default.removeItem(atPath: folder) }
}
