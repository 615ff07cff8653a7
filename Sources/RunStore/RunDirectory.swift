import Files
import Foundation
import GRDB
import Policies

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
  /// The search space among its settings; nil where they have none, as for PBA's.
  public let space: SearchSpace?
  /// What was edited in `config.yaml` since it was written, found and undone when the run was opened; nil for nothing.
  public let settingsEdit: SettingsEdit?
  let database: RunDatabase
  private let lock: FileLock?

  /// Where a search writes the schedule of its best trial.
  public var schedulePath: String { Self.schedulePath(in: path) }

  /// Where the run in a folder has its schedule.
  public static func schedulePath(in folder: String) -> String { folder + "/" + RunFileName.schedule }
  /// Where what TensorBoard shows is written, if that is asked for.
  public var tensorBoardPath: String { path + "/" + RunFileName.tensorBoard }
  /// Where each finished stretch of training has its line.
  public var metrics: MetricsFile { MetricsFile(path: path + "/" + RunFileName.metrics) }

  private init(
    path: String, database: RunDatabase, row: RunRow, lock: FileLock?, settingsEdit: SettingsEdit? = nil
  ) throws {
    self.path = path
    self.kind = row.kind
    self.version = row.version
    self.database = database
    self.lock = lock
    self.settingsEdit = settingsEdit
    space = try row.space(in: database.path)
    checkpoints = CheckpointFolder(
      path: path + "/" + RunFileName.checkpoints, format: row.checkpointFormat)
  }

  /// Begins a run in a new or an empty folder, or with `resume` continues with the run that is there.
  ///
  /// With `resume` the folder must exist. A start that was cut off before its first entry is begun again; files
  /// that a killed process left half-written are deleted.
  ///
  /// - Parameters:
  ///   - path: the folder of the run.
  ///   - configuration: the settings, with which those of a run that is there are compared.
  ///   - version: the program's version, recorded when the run begins.
  ///   - resume: whether a run that is there is continued.
  /// - Returns: the run, locked for this process.
  /// - Throws: `RunStoreError` when the folder holds something else, what is left of a run without its journal,
  ///   a run that must not be written over, a run with other settings, or is in use; `FileError` where the
  ///   system refuses.
  public static func open<Configuration: RunConfiguration>(
    _ path: String, configuration: Configuration, version: String, resume: Bool
  ) throws -> RunDirectory {
    let path = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
    try makeFolder(path, mustExist: resume)
    try requireOwnFiles(in: path)
    let lock = try lock(path, resume: resume)
    try requireNoLostJournal(in: path)
    try separateJournal(in: path)
    let database = try RunDatabase(path: path + "/" + RunFileName.journal, readOnly: false)
    let row: RunRow
    if let found = try RunRow.fetch(database) {
      row = found
      guard row.kind == Configuration.kind else {
        throw RunStoreError.wrongKind(path: path, found: row.kind, expected: Configuration.kind)
      }
      guard resume else {
        throw row.isFinished
          ? RunStoreError.finishedRun(path: path, kind: row.kind)
          : RunStoreError.unfinishedRun(path: path, kind: row.kind, isEmpty: try row.isEmpty(database))
      }
      let differences = try configuration.differences(fromRecorded: row.configuration)
      guard differences.isEmpty else {
        throw RunStoreError.otherConfiguration(path: path, differences: differences)
      }
      try row.verifyShape(database)
    } else {
      try requireNothingMade(in: path)
      row = RunRow(
        kind: Configuration.kind, configuration: try configuration.json(), version: version,
        isFinished: false)
      try database.write(row.insert)
      try database.merge()
    }
    // What follows from the journal is brought into its right form after a crash.
    try AtomicFile.removeLeftovers(in: path)
    let edit = try SettingsEdit.restoring(
      decode(Configuration.self, from: row, path: path), recorded: row.configuration, in: path,
      file: RunFileName.configuration)
    let run = try RunDirectory(path: path, database: database, row: row, lock: lock, settingsEdit: edit)
    try run.checkpoints.prepare()
    return run
  }

  /// Opens a run to look at it, also while another process works on it.
  ///
  /// Nothing can be recorded.
  public static func read(_ path: String) throws -> RunDirectory {
    let (database, row) = try existing(path)
    try row.verifyShape(database)
    return try RunDirectory(path: path, database: database, row: row, lock: nil)
  }

  /// Gives the settings that the run in a folder was begun with.
  ///
  /// The rest of the journal is examined when the run is opened.
  ///
  /// - Parameters:
  ///   - type: the settings of a search, a training or a comparison.
  ///   - path: the folder of the run.
  ///   - resume: whether the run is to be continued, which errors then say.
  /// - Returns: the settings as the journal has them.
  /// - Throws: `RunStoreError` where there is no run, or one of another kind.
  public static func configuration<Configuration: RunConfiguration>(
    _ type: Configuration.Type, of path: String, resume: Bool = false
  ) throws -> Configuration {
    let row: RunRow
    do {
      row = try existing(path, isExamined: false).1
    } catch RunStoreError.noRun(let path, _) {
      throw RunStoreError.noRun(path: path, resume: resume)
    }
    return try settings(type, in: row, path: path)
  }

  /// The settings that this run was begun with.
  public func configuration<Configuration: RunConfiguration>(
    _ type: Configuration.Type
  ) throws -> Configuration {
    guard let row = try RunRow.fetch(database) else { throw RunStoreError.noRun(path: path) }
    return try Self.settings(type, in: row, path: path)
  }

  private static func settings<Configuration: RunConfiguration>(
    _ type: Configuration.Type, in row: RunRow, path: String
  ) throws -> Configuration {
    guard row.kind == type.kind else {
      throw RunStoreError.wrongKind(path: path, found: row.kind, expected: type.kind)
    }
    return try decode(type, from: row, path: path)
  }

  /// Whether a copy of its journal is read, which does not change with the run.
  var isCopy: Bool { database.isCopy }

  /// Whether the run has come to its end.
  public var isFinished: Bool {
    get throws { try RunRow.fetch(database)?.isFinished ?? false }
  }

  /// The settings as the journal has them.
  func recordedConfiguration() throws -> String { try RunRow.fetch(database)?.configuration ?? "{}" }

  /// Where the settings stand for people.
  var configurationPath: String { path + "/" + RunFileName.configuration }

  /// The lock's name in the folder.
  static var lockName: String { RunFileName.lock }

  /// Records other settings, which hold from here on.
  ///
  /// - Parameters:
  ///   - configuration: the new settings.
  ///   - unfinished: whether the run has not come to its end any more.
  /// - Throws: `RunStoreError` or `FileError` where they cannot be written.
  public func record(_ configuration: some RunConfiguration, unfinished: Bool = false) throws {
    // A file that says something else than the journal is taken for an edit; one that is missing is written again.
    try AtomicFile.remove(configurationPath)
    let json = try configuration.json()
    try database.write { database in
      try database.execute(sql: "UPDATE run SET configuration = ?", arguments: [json])
      if unfinished { try database.execute(sql: "UPDATE run SET finished = 0") }
      try RowSeal.run.write(database)
    }
    try database.merge()
    try AtomicFile.write(Data(try configuration.yaml().utf8), to: configurationPath)
  }

  /// Records that the run has come to its end.
  public func finish() throws {
    try database.write { database in
      try database.execute(sql: "UPDATE run SET finished = 1")
      try RowSeal.run.write(database)
    }
    try database.merge()
  }
}

extension RunDirectory {
  /// Throws where a link or something else stands in place of what this program keeps in the folder.
  ///
  /// A folder that came from elsewhere must not have files written or deleted that lie elsewhere, nor be waited for. The
  /// folder itself may be a link.
  private static func requireOwnFiles(in path: String) throws {
    for (names, kind) in [(RunFileName.files, FileKind.file), (RunFileName.folders, .folder)] {
      for name in names { try FileKind(at: path + "/" + name)?.require(kind, at: path + "/" + name) }
    }
  }

  /// Gives the folder a journal of its own, where a copy of the folder made of hard links shares it.
  ///
  /// SQLite writes into its files where they are; the other names keep what they have. The lock must be held.
  private static func separateJournal(in path: String) throws {
    let files = ([RunFileName.journal] + RunFileName.besideJournal).map { path + "/" + $0 }
    guard files.contains(where: { hasOtherNames($0) }) else { return }
    for file in files where FileKind(at: file) != nil {
      if file.hasSuffix("/" + RunFileName.index) {
        // What it holds follows from the log.
        try AtomicFile.remove(file)
      } else {
        try AtomicFile.write(Data(readBytes(file, limit: .max)), to: file)
      }
    }
  }

  /// Throws where SQLite would take the journal for a new one and delete what is left of it.
  private static func requireNoLostJournal(in path: String) throws {
    guard fileSize(at: path + "/" + RunFileName.journal) == 0,
      fileSize(at: path + "/" + RunFileName.log) ?? 0 > 0
    else {
      return
    }
    throw lostJournal(path, "it is empty", left: RunFileName.log)
  }

  private static func lostJournal(_ path: String, _ found: String, left: String) -> RunStoreError {
    .damagedJournal(
      path: path + "/" + RunFileName.journal, detail: "\(found), but a run left \(left) beside it")
  }

  /// Throws if the folder holds what only a begun run leaves: then its journal was lost, and nothing is written over.
  private static func requireNothingMade(in path: String) throws {
    let beginnings = [RunFileName.lock, RunFileName.journal] + RunFileName.besideJournal
    guard let other = try AtomicFile.names(in: path).first(where: { !beginnings.contains($0) }) else {
      return
    }
    throw lostJournal(path, "it is empty", left: other)
  }

  /// What shows that a run was begun in a folder without a journal; nil where nothing does.
  ///
  /// Other programs have a `config.yaml` and `checkpoints` too.
  private static func trace(ofRunIn names: [String]) -> String? {
    if let beside = [RunFileName.log, RunFileName.index].first(where: { names.contains($0) }) {
      return beside
    }
    return Set(names).isSuperset(of: [RunFileName.lock, RunFileName.checkpoints])
      ? RunFileName.checkpoints : nil
  }

  private static func lock(_ path: String, resume: Bool) throws -> FileLock {
    do {
      return try FileLock(folder: path, file: RunFileName.lock)
    } catch let held as FileLock.Held {
      throw RunStoreError.locked(path: path, process: held.process)
    } catch let error as FileError where resume && error.isRefusedByPermission {
      throw FileError(
        path: error.path, action: error.action, reason: error.reason,
        cure:
          "continuing a run writes into its folder: make it writable, or copy the folder and continue the copy;"
          + " `pba report RUN -o FILE` and `pba evaluate` only read it")
    }
  }

  private static func makeFolder(_ path: String, mustExist: Bool) throws {
    if try isThere(path) {
      guard Folder.isThere(path) else {
        throw FileError(path: path, action: "use it as a folder", reason: "it is a file")
      }
      let names = try AtomicFile.names(in: path)
      if !names.contains(RunFileName.journal), let trace = trace(ofRunIn: names) {
        throw lostJournal(path, "it is missing", left: trace)
      }
      if !names.contains(RunFileName.journal), let other = names.first(where: { $0 != RunFileName.lock }) {
        throw RunStoreError.foreignDirectory(path: path, example: other)
      }
      return
    }
    guard !mustExist else { throw RunStoreError.noRun(path: path, resume: true) }
    try AtomicFile.makeFolder(path)
  }

  private static func existing(_ path: String, isExamined: Bool = true) throws -> (RunDatabase, RunRow) {
    guard try isThere(path), Folder.isThere(path) else { throw RunStoreError.noRun(path: path) }
    let names = try AtomicFile.names(in: path)
    guard names.contains(RunFileName.journal) else {
      throw trace(ofRunIn: names).map { lostJournal(path, "it is missing", left: $0) } ?? .noRun(path: path)
    }
    try requireOwnFiles(in: path)
    try requireNoLostJournal(in: path)
    let database = try RunDatabase(
      path: path + "/" + RunFileName.journal, readOnly: true, isExamined: isExamined)
    guard let row = try RunRow.fetch(database) else {
      try requireNothingMade(in: path)
      throw RunStoreError.noRun(path: path)
    }
    return (database, row)
  }

  private static func decode<Configuration: RunConfiguration>(
    _ type: Configuration.Type, from row: RunRow, path: String
  ) throws -> Configuration {
    do {
      return try JSONDecoder().decode(type, from: Data(row.configuration.utf8))
    } catch {
      throw RunStoreError.damagedJournal(
        path: path + "/" + RunFileName.journal, detail: "its settings are not readable: \(error)")
    }
  }
}
