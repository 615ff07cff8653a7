import Foundation
import GRDB
import RunStore
import Search
import TestSupport
import Workers

/// A search that was stopped in the middle, and what can be done to its journal.
struct StoppedSearch {
  let folder: TemporaryFolder
  let configuration: SearchConfiguration
  /// What it leads to if it is continued undamaged.
  let expected: [String: Data]

  /// Both kinds of search.
  static let configurations = [smallSearch(), smallAsynchronousSearch()]

  init(_ configuration: SearchConfiguration, segments: Int = 12) throws {
    self.configuration = configuration
    folder = try TemporaryFolder(inMemory: true)
    let calls = Counter()
    let executor = SimulatedExecutor(
      seed: 3, halfway: { _ in if calls.next() >= segments { throw MachineFailure() } })
    do {
      try search(folder("whole"), configuration, executor: executor)
    } catch is SearchError {}
    try FileManager.default.copyItem(atPath: folder("whole"), toPath: folder("undamaged"))
    try search(folder("undamaged"), configuration, resume: true)
    expected = try results(in: folder("undamaged"))
  }

  /// How a damaged search ended.
  enum Outcome: Equatable {
    /// As the undamaged one.
    case same
    case other
    case refused(String)
  }

  /// Continues a copy of the search whose journal was changed.
  func outcome(_ change: (_ journal: String) throws -> Void) throws -> Outcome {
    let path = folder("copy")
    try? FileManager.default.removeItem(atPath: path)
    try FileManager.default.copyItem(atPath: folder("whole"), toPath: path)
    try change(path + "/run.sqlite")
    do {
      try search(path, configuration, resume: true)
      return try results(in: path) == expected ? .same : .other
    } catch {
      return .refused("\(error)")
    }
  }

  /// As above, for a change of the journal's tables; where the journal itself refuses that, it is left as it was.
  func outcome(sql: String, arguments: StatementArguments = []) throws -> Outcome {
    try outcome { journal in
      var configuration = Configuration()
      configuration.foreignKeysEnabled = false
      try DatabaseQueue(path: journal, configuration: configuration).writeWithoutTransaction { database in
        try database.execute(sql: "PRAGMA ignore_check_constraints = ON")
        do { try database.execute(sql: sql, arguments: arguments) } catch is DatabaseError {}
      }
    }
  }

  /// Makes the journal one of the version before, which had no digests.
  static let withoutDigests = """
    DELETE FROM grdb_migrations WHERE identifier = '5';
    ALTER TABLE run DROP COLUMN digest;
    ALTER TABLE policy DROP COLUMN digest;
    ALTER TABLE segment DROP COLUMN planDigest;
    ALTER TABLE segment DROP COLUMN outcomeDigest;
    ALTER TABLE epoch DROP COLUMN digest;
    ALTER TABLE checkpoint DROP COLUMN digest;
    """
}
