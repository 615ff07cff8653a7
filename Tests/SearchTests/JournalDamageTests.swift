import Foundation
import GRDB
import RunStore
import Search
import TestSupport
import Testing
import Workers

/// A damaged journal leads to the same result or to an error that says so, and never to another result.
@Suite(.timeLimit(.minutes(10))) struct JournalDamageTests {
  private static let values: [DatabaseValue] = [
    .null, 0.databaseValue, 1.databaseValue, 2.databaseValue, (-1).databaseValue, Int64.max.databaseValue,
    0.25.databaseValue, (-0.5).databaseValue, 1e300.databaseValue, "2".databaseValue, "planned".databaseValue,
    "../../victim".databaseValue, Data([0, 255]).databaseValue,
  ]

  @Test(arguments: StoppedSearch.configurations)
  func everyFieldOfEveryRow(configuration: SearchConfiguration) throws {
    let stopped = try StoppedSearch(configuration)
    let queue = try DatabaseQueue(path: stopped.folder("undamaged/run.sqlite"))
    var (refused, same) = (0, 0)
    for table in ["run", "policy", "segment"] {
      let (columns, count) = try queue.read { database in
        (
          try database.columns(in: table).map(\.name),
          try Int.fetchOne(database, sql: "SELECT count(*) FROM \(table)") ?? 0
        )
      }
      for column in columns {
        // Some of the values for each column, others for the next, and another row for each.
        for (index, value) in Self.values.enumerated() where (index + column.utf8.count) % 3 == 0 {
          let row = (index * 5 + column.utf8.count) % max(count, 1)
          let outcome = try stopped.outcome(
            sql: """
              UPDATE \(table) SET \(column) = ? WHERE \(column) IS NOT ? AND (SELECT count(*) FROM \(table) AS other
                WHERE \(table == "segment" ? "(other.generation, other.trial) < (segment.generation, segment.trial)" : "other.id < \(table).id")) = ?
              """, arguments: [value, value, row])
          switch outcome {
          case .same: same += 1
          case .refused(let text):
            refused += 1
            #expect(text.contains("the journal is damaged ("), "\(table).\(column) = \(value): \(text)")
          case .other: Issue.record("\(table).\(column) = \(value), row \(row): another result")
          }
        }
      }
    }
    #expect(refused > 40)
    #expect(same > 10)
  }

  @Test(arguments: StoppedSearch.configurations)
  func aBitThatFlips(configuration: SearchConfiguration) throws {
    let stopped = try StoppedSearch(configuration)
    let size = try Data(contentsOf: URL(fileURLWithPath: stopped.folder("whole/run.sqlite"))).count
    var refused = 0
    // A prime, so that all bits of a byte and all places of a page have their turn.
    for bit in stride(from: 3, to: size * 8, by: 6007) {
      let outcome = try stopped.outcome { journal in
        let file = URL(fileURLWithPath: journal)
        var bytes = try Data(contentsOf: file)
        bytes[bit / 8] ^= 1 << (bit % 8)
        try bytes.write(to: file)
      }
      #expect(outcome != .other, "bit \(bit)")
      if case .refused(let text) = outcome {
        refused += 1
        #expect(text.contains("run.sqlite"), "bit \(bit): \(text)")
      }
    }
    #expect(refused > 5)
  }

  @Test(arguments: StoppedSearch.configurations)
  func aBitThatFlipsInTheLog(configuration: SearchConfiguration) throws {
    let folder = try TemporaryFolder(inMemory: true)
    let path = folder("run")
    try search(folder("whole"), configuration)
    let expected = try results(in: folder("whole"))
    let finished = Counter()
    // As a process leaves it that is killed after a result that is not merged yet.
    try search(path, configuration) { event in
      guard case .segmentFinished = event, finished.next() == 8 else { return }
      try? snapshot(path, to: folder("killed"))
    }
    let log = try Data(contentsOf: URL(fileURLWithPath: folder("killed/run.sqlite-wal")))
    #expect(log.count > 1000)
    for bit in stride(from: 5, to: log.count * 8, by: log.count * 8 / 60) {
      let copy = folder("copy")
      try? FileManager.default.removeItem(atPath: copy)
      try FileManager.default.copyItem(atPath: folder("killed"), toPath: copy)
      var bytes = log
      bytes[bit / 8] ^= 1 << (bit % 8)
      try bytes.write(to: URL(fileURLWithPath: copy + "/run.sqlite-wal"))
      do {
        try search(copy, configuration, resume: true)
        #expect(try results(in: copy) == expected, "bit \(bit)")
      } catch {
        #expect("\(error)".contains("run.sqlite"), "bit \(bit): \(error)")
      }
    }
  }

  @Test(
    arguments: StoppedSearch.configurations,
    [
      "DELETE FROM segment WHERE generation = 0 AND trial = 2",
      "DELETE FROM segment WHERE generation = 1 AND trial = 0",
      "DELETE FROM segment WHERE generation = 0",
      "DELETE FROM segment WHERE state = 'done' AND trial = 1",
      "DELETE FROM policy", "DELETE FROM policy WHERE id = 1",
      "INSERT INTO segment SELECT generation, trial + 5, startEpoch, endEpoch, parent, policy, state, file, size, sha256, validationAccuracy, trainLoss, trainAccuracy, seconds, reason, parentGeneration, arrival + 100, started, slot, preparationSeconds, trainingSeconds, evaluationSeconds, checkpointSeconds, planDigest, outcomeDigest, tuned, figures FROM segment WHERE generation = 0 AND trial = 0",
      "UPDATE policy SET digest = (SELECT digest FROM policy AS other WHERE id = 1) WHERE id = 2",
      "UPDATE policy SET id = 1000 WHERE id = 1; UPDATE policy SET id = 1 WHERE id = 2; UPDATE policy SET id = 2 WHERE id = 1000",
      "UPDATE policy SET digest = NULL", "UPDATE segment SET planDigest = NULL",
      "UPDATE run SET digest = NULL",
      "UPDATE segment SET (validationAccuracy, outcomeDigest) = (SELECT validationAccuracy, outcomeDigest FROM segment AS other WHERE generation = 0 AND trial = 0) WHERE generation = 0 AND trial = 1",
      "UPDATE segment SET arrival = arrival + 100 WHERE generation > 0",
      "UPDATE run SET configuration = replace(configuration, '\"epochs\":7', '\"epochs\":2')",
      "UPDATE run SET kind = 'train'", "UPDATE run SET finished = 1",
      "DELETE FROM grdb_migrations WHERE identifier = '5'",
      "CREATE TRIGGER mine AFTER UPDATE ON segment BEGIN UPDATE policy SET entries = 'Rotate 1 1'; END",
      "CREATE VIEW mine AS SELECT * FROM segment",
    ])
  func rowsAreTakenAwayPutInOrExchanged(configuration: SearchConfiguration, damage: String) throws {
    let stopped = try StoppedSearch(configuration)
    let outcome = try stopped.outcome(sql: damage)
    // Nothing was there to change.
    if outcome == .same, damage.contains("arrival"), !configuration.asynchronous { return }
    guard case .refused(let text) = outcome else {
      Issue.record("\(damage): \(outcome)")
      return
    }
    #expect(text.contains("run.sqlite: the journal "), "\(text)")
  }

  @Test(arguments: StoppedSearch.configurations)
  func aJournalOfTheVersionBeforeIsContinuedWithTheSameResult(configuration: SearchConfiguration) throws {
    let stopped = try StoppedSearch(configuration)
    #expect(try stopped.outcome(sql: StoppedSearch.withoutDigests) == .same)
    // From then on its rows have digests.
    let copy = stopped.folder("copy/run.sqlite")
    try DatabaseQueue(path: copy).write {
      try $0.execute(sql: "UPDATE segment SET validationAccuracy = 0.5 WHERE generation = 0 AND trial = 0")
    }
    #expect(throws: RunStoreError.self) { try search(stopped.folder("copy"), configuration, resume: true) }
  }

  @Test(
    arguments: StoppedSearch.configurations,
    [
      "UPDATE segment SET parent = 4, parentGeneration = 1 WHERE generation = 1 AND trial = 4",
      "UPDATE segment SET parent = 3, parentGeneration = 2 WHERE generation = 1 AND trial = 0",
      "UPDATE segment SET parent = 99 WHERE generation = 1 AND trial = 0",
      "UPDATE segment SET parentGeneration = -1 WHERE generation = 1 AND trial = 0",
      "UPDATE segment SET parentGeneration = NULL WHERE generation = 1 AND trial = 0",
      "UPDATE segment SET parent = NULL WHERE generation = 1 AND trial = 0",
      "UPDATE segment SET endEpoch = endEpoch + 1 WHERE generation = 0 AND trial = 0",
      "UPDATE segment SET startEpoch = 9223372036854775807, endEpoch = -9223372036854775808 WHERE generation = 1",
      "UPDATE segment SET endEpoch = startEpoch WHERE generation = 0 AND trial = 0",
      "UPDATE segment SET generation = 9223372036854775807 WHERE generation = 1",
      "UPDATE segment SET generation = 500 WHERE generation = 1",
      "UPDATE segment SET trial = 1000000 WHERE trial = 4",
      "UPDATE segment SET validationAccuracy = 1.5 WHERE generation = 0 AND trial = 0",
      "UPDATE segment SET validationAccuracy = -1 WHERE generation = 0 AND trial = 0",
      "UPDATE segment SET validationAccuracy = 9e999 WHERE generation = 0 AND trial = 0",
      "UPDATE segment SET validationAccuracy = 'good' WHERE generation = 0 AND trial = 0",
      "UPDATE segment SET state = 'sideways' WHERE generation = 0 AND trial = 0",
      "UPDATE segment SET file = '../../victim' WHERE generation = 0",
      "UPDATE segment SET file = 'g0000-t0001.safetensors' WHERE generation = 0 AND trial = 0",
      "UPDATE segment SET file = NULL WHERE generation = 0 AND trial = 0",
      "UPDATE run SET configuration = replace(configuration, '\"epochs\":7', '\"epochs\":2')",
      "UPDATE run SET configuration = replace(configuration, '\"population\":5', '\"population\":0')",
      "UPDATE run SET configuration = replace(configuration, '\"interval\":2', '\"interval\":-2')",
      "UPDATE run SET configuration = '[]'", "UPDATE run SET configuration = ''",
      "DELETE FROM segment WHERE generation = 0 AND trial = 2",
      "UPDATE policy SET entries = 'Rotate 99999999999999999999 3' WHERE id = 2",
      "UPDATE policy SET entries = '' WHERE id = 2",
      "UPDATE segment SET policy = 99 WHERE generation = 0 AND trial = 0",
    ])
  func whatNoSearchCanHoldIsRefusedWithoutDigestsToo(
    configuration: SearchConfiguration, damage: String
  ) throws {
    let stopped = try StoppedSearch(configuration)
    let outcome = try stopped.outcome(sql: StoppedSearch.withoutDigests + damage)
    guard case .refused(let text) = outcome else {
      Issue.record("\(damage): \(outcome)")
      return
    }
    let isOfSettings = damage.contains("run SET")
    #expect(isOfSettings || text.contains("run.sqlite: the journal is damaged ("), "\(text)")
    // A reader gets the same error.
    if !isOfSettings {
      let copy = stopped.folder("copy")
      #expect(throws: RunStoreError.self) {
        _ = try SearchJournal(RunDirectory.read(copy)).segmentsByArrival()
      }
    }
  }

  @Test func numbersOfResultsThatDoNotFitAreRefused() throws {
    let stopped = try StoppedSearch(smallAsynchronousSearch())
    for damage in [
      "UPDATE segment SET arrival = NULL WHERE arrival = 3",
      "UPDATE segment SET arrival = 1000 WHERE arrival = 3",
      "UPDATE segment SET arrival = 0 WHERE arrival = 1",
      "UPDATE segment SET arrival = 'x' WHERE arrival = 3",
      """
      DROP INDEX segmentByArrival; UPDATE segment SET arrival = 2 WHERE arrival = 3;
      CREATE INDEX segmentByArrival ON segment (arrival)
      """,
    ] {
      guard case .refused(let text) = try stopped.outcome(sql: StoppedSearch.withoutDigests + damage) else {
        Issue.record("\(damage)")
        continue
      }
      #expect(text.contains("run.sqlite: the journal is damaged ("), "\(text)")
    }
  }

  @Test func nothingOutsideTheRunIsDeleted() throws {
    let stopped = try StoppedSearch(smallAsynchronousSearch())
    let victim = stopped.folder("victim")
    try Data("mine".utf8).write(to: URL(fileURLWithPath: victim))
    for name in ["../../victim", victim, "../checkpoints/../../victim"] {
      _ = try stopped.outcome(
        sql: StoppedSearch.withoutDigests + "UPDATE segment SET file = '\(name)'")
      #expect(FileManager.default.contents(atPath: victim) == Data("mine".utf8))
    }
  }
}
