import GRDB
import Policies
import Yams

/// The one row of the table `run`.
struct RunRow {
  let kind: RunKind
  let configuration: String
  let version: String
  let isFinished: Bool

  /// Nil in a file whose tables may not be made yet.
  static func fetch(_ journal: RunDatabase) throws -> RunRow? {
    try journal.read { database in
      guard try database.tableExists("run") else { return nil }
      return try fetch(database, journal)
    }
  }

  private static func fetch(_ database: Database, _ journal: RunDatabase) throws -> RunRow? {
    guard let row = try Row.fetchOne(database, sql: "SELECT * FROM run") else { return nil }
    try journal.verify(row, .run)
    let kind: String = try row.checked("kind")
    guard let known = RunKind(rawValue: kind) else {
      throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: "found a run of the kind \(kind)")
    }
    return RunRow(
      kind: known, configuration: try row.checked("configuration"), version: try row.checked("version"),
      isFinished: try row.checked("finished"))
  }

  func insert(_ database: Database) throws {
    try database.execute(
      sql: "INSERT INTO run (id, kind, configuration, version) VALUES (1, ?, ?, ?)",
      arguments: [kind.rawValue, configuration, version])
    try RowSeal.run.write(database)
  }

  /// What the checkpoints of the run are.
  var checkpointFormat: CheckpointFormat {
    // Settings that cannot be read are an error of who reads them.
    CheckpointFormat((try? settings(inJSON: configuration)) ?? [:])
  }

  /// The key of the search space among the settings of a search.
  static let spaceKey = "space"
  /// The key of the explorer among the settings of a search.
  static let explorerKey = "explorer"

  /// The search space among the settings; nil where they have none.
  ///
  /// Throws `RunStoreError` for a text that is none.
  func space(in journal: String) throws -> SearchSpace? {
    // Settings that cannot be read are an error of who reads them.
    guard case .scalar(let text) = (try? settings(inJSON: configuration))?[Self.spaceKey] else { return nil }
    do {
      return try SearchSpace(jsonText: text.string.utf8)
    } catch {
      throw RunStoreError.damagedJournal(path: journal, detail: "the setting space: \(error)")
    }
  }

  /// Whether nothing is trained yet; a comparison's trainings have journals of their own, which this does not look at.
  func isEmpty(_ journal: RunDatabase) throws -> Bool {
    guard kind != .compare else { return false }
    return try journal.read { database in
      try Bool.fetchOne(
        database,
        sql: """
          SELECT NOT EXISTS (SELECT 1 FROM segment WHERE state <> 'planned') AND NOT EXISTS (SELECT 1 FROM epoch)
          """) ?? false
    }
  }

  /// Throws where the journal does not hold what these settings say that it must.
  func verifyShape(_ journal: RunDatabase) throws {
    try journal.read { database in
      try JournalShape(kind: kind, settings: settings(inJSON: configuration))?.verify(database)
    }
  }
}
