import Files
import Foundation
import GRDB

/// The folder of one run: its journal, its settings, its checkpoints and its results, locked while in use.
///
/// The journal, `run.sqlite`, is the truth. `config.yaml`, `metrics.jsonl` and `schedule.json` follow from it.
public final class RunDirectory: Sendable {
  /// The folder, as it was named.
  public let path: String
  /// What the folder holds.
  public let kind: RunKind
  /// The version of the program that began the run.
  public let version: String
  /// The checkpoints of the run.
  public let checkpoints: CheckpointFolder
  /// What somebody changed in `config.yaml` since it was written, found and undone when the run was opened; nil for nothing.
  public let settingsEdit: SettingsEdit?
  let database: RunDatabase
  private let lock: FileLock?

  /// Where a search writes the schedule of its best trial.
  public var schedulePath: String { Self.schedulePath(in: path) }

  /// Where the run in a folder has its schedule.
  public static func schedulePath(in folder: String) -> String { folder + "/" + Name.schedule }
  /// Where what TensorBoard shows is written, if that is asked for.
  public var tensorBoardPath: String { path + "/" + Name.tensorBoard }
  /// Where each finished stretch of training has its line.
  public var metrics: MetricsFile { MetricsFile(path: path + "/" + Name.metrics) }

  private init(
    path: String, database: RunDatabase, row: RunRow, lock: FileLock?, settingsEdit: SettingsEdit? = nil
  ) {
    self.path = path
    self.kind = row.kind
    self.version = row.version
    self.database = database
    self.lock = lock
    self.settingsEdit = settingsEdit
    checkpoints = CheckpointFolder(path: path + "/" + Name.checkpoints)
  }

  /// Begins a run in a new or an empty folder, or with `resume` goes on with the run that is there.
  ///
  /// With `resume` the folder must exist. A start that was cut off before its first entry is begun anew; files that a
  /// killed process left half-written are deleted. Throws `RunStoreError` when the folder holds something else, what is
  /// left of a run without its journal, a run that must not be written over, a run with other settings, or is in use;
  /// `FileError` where the system refuses.
  ///
  /// - Parameter version: the program's version, recorded when the run begins.
  public static func open<Configuration: RunConfiguration>(
    _ path: String, configuration: Configuration, version: String, resume: Bool
  ) throws -> RunDirectory {
    let path = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
    try makeFolder(path, mustExist: resume)
    let lock = try lock(path)
    let database = try RunDatabase(path: path + "/" + Name.journal, readOnly: false)
    let row: RunRow
    if let found = try database.read(RunRow.fetch) {
      row = found
      guard row.kind == Configuration.kind else {
        throw RunStoreError.wrongKind(path: path, found: row.kind, expected: Configuration.kind)
      }
      guard resume else {
        throw row.isFinished
          ? RunStoreError.finishedRun(path: path, kind: row.kind)
          : RunStoreError.unfinishedRun(path: path, kind: row.kind)
      }
      let differences = try configuration.differences(fromRecorded: row.configuration)
      guard differences.isEmpty else {
        throw RunStoreError.otherConfiguration(path: path, differences: differences)
      }
    } else {
      try requireNothingMade(in: path)
      row = RunRow(
        kind: Configuration.kind, configuration: try configuration.json(), version: version,
        isFinished: false)
      try database.write(row.insert)
    }
    // What follows from the journal is brought into its right form after a crash.
    try AtomicFile.removeLeftovers(in: path)
    let edit = try SettingsEdit.restoring(
      decode(Configuration.self, from: row, path: path), recorded: row.configuration, in: path,
      file: Name.configuration)
    let run = RunDirectory(path: path, database: database, row: row, lock: lock, settingsEdit: edit)
    try run.checkpoints.prepare()
    return run
  }

  /// Opens a run to look at it, also while another process works on it.
  ///
  /// Nothing can be recorded.
  public static func read(_ path: String) throws -> RunDirectory {
    let (database, row) = try existing(path)
    return RunDirectory(path: path, database: database, row: row, lock: nil)
  }

  /// Gives the settings that the run in a folder was begun with, for a resume that names the folder alone.
  public static func configuration<Configuration: RunConfiguration>(
    _ type: Configuration.Type, of path: String
  ) throws -> Configuration {
    let (_, row) = try existing(path)
    guard row.kind == type.kind else {
      throw RunStoreError.wrongKind(path: path, found: row.kind, expected: type.kind)
    }
    return try decode(type, from: row, path: path)
  }

  /// Whether the run has come to its end.
  public var isFinished: Bool {
    get throws { try database.read(RunRow.fetch)?.isFinished ?? false }
  }

  /// The settings as the journal has them.
  func recordedConfiguration() throws -> String { try database.read(RunRow.fetch)?.configuration ?? "{}" }

  /// Where the settings stand for people.
  var configurationPath: String { path + "/" + Name.configuration }

  /// The lock's name in the folder.
  static var lockName: String { Name.lock }

  /// Records other settings, which hold from here on.
  ///
  /// - Parameter unfinished: whether the run has not come to its end any more.
  public func record(_ configuration: some RunConfiguration, unfinished: Bool = false) throws {
    // A file that says something else than the journal is taken for an edit; one that is missing is written again.
    try AtomicFile.remove(configurationPath)
    let json = try configuration.json()
    try database.write { database in
      try database.execute(sql: "UPDATE run SET configuration = ?", arguments: [json])
      if unfinished { try database.execute(sql: "UPDATE run SET finished = 0") }
    }
    try AtomicFile.write(Data(try configuration.yaml().utf8), to: configurationPath)
  }

  /// Records that the run has come to its end.
  public func finish() throws {
    try database.write { try $0.execute(sql: "UPDATE run SET finished = 1") }
  }
}

extension RunDirectory {
  private enum Name {
    static let journal = "run.sqlite"
    static let lock = "lock"
    static let configuration = "config.yaml"
    static let checkpoints = "checkpoints"
    static let schedule = "schedule.json"
    static let metrics = "metrics.jsonl"
    static let tensorBoard = "tensorboard"
  }

  /// Throws if the folder holds what only a begun run leaves: then its journal was lost, and nothing is written over.
  private static func requireNothingMade(in path: String) throws {
    let beginnings = [Name.lock, Name.journal, Name.journal + "-wal", Name.journal + "-shm"]
    guard let other = try AtomicFile.names(in: path).first(where: { !beginnings.contains($0) }) else {
      return
    }
    throw RunStoreError.damagedJournal(
      path: path + "/" + Name.journal, detail: "it is empty, but \(other) of a run is beside it")
  }

  private static func lock(_ path: String) throws -> FileLock {
    do {
      return try FileLock(folder: path, file: Name.lock)
    } catch let held as FileLock.Held {
      throw RunStoreError.locked(path: path, process: held.process)
    }
  }

  private static func makeFolder(_ path: String, mustExist: Bool) throws {
    if try isThere(path) {
      guard Folder.isThere(path) else {
        throw FileError(path: path, action: "use it as a folder", reason: "it is a file")
      }
      let names = try AtomicFile.names(in: path)
      if !names.contains(Name.journal), let other = names.first(where: { $0 != Name.lock }) {
        throw RunStoreError.foreignDirectory(path: path, example: other)
      }
      return
    }
    guard !mustExist else { throw RunStoreError.noRun(path: path) }
    try AtomicFile.makeFolder(path)
  }

  private static func existing(_ path: String) throws -> (RunDatabase, RunRow) {
    let journal = path + "/" + Name.journal
    guard try isThere(journal) else { throw RunStoreError.noRun(path: path) }
    let database = try RunDatabase(path: journal, readOnly: true)
    guard let row = try database.read(RunRow.fetchIfBegun) else { throw RunStoreError.noRun(path: path) }
    return (database, row)
  }

  private static func decode<Configuration: RunConfiguration>(
    _ type: Configuration.Type, from row: RunRow, path: String
  ) throws -> Configuration {
    do {
      return try JSONDecoder().decode(type, from: Data(row.configuration.utf8))
    } catch {
      throw RunStoreError.damagedJournal(
        path: path + "/" + Name.journal, detail: "its settings are not readable: \(error)")
    }
  }
}

/// The one row of the table `run`.
private struct RunRow {
  let kind: RunKind
  let configuration: String
  let version: String
  let isFinished: Bool

  static func fetch(_ database: Database) throws -> RunRow? {
    guard let row = try Row.fetchOne(database, sql: "SELECT * FROM run") else { return nil }
    let kind: String = try row.checked("kind")
    guard let known = RunKind(rawValue: kind) else {
      throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: "found a run of the kind \(kind)")
    }
    return RunRow(
      kind: known, configuration: try row.checked("configuration"), version: try row.checked("version"),
      isFinished: try row.checked("finished"))
  }

  /// As `fetch`, for a file whose tables may not be made yet.
  static func fetchIfBegun(_ database: Database) throws -> RunRow? {
    try database.tableExists("run") ? fetch(database) : nil
  }

  func insert(_ database: Database) throws {
    try database.execute(
      sql: "INSERT INTO run (id, kind, configuration, version) VALUES (1, ?, ?, ?)",
      arguments: [kind.rawValue, configuration, version])
  }
}
