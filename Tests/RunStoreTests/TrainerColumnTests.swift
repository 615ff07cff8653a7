import Files
import Foundation
import GRDB
import Policies
import RunStore
import TestSupport
import Testing

/// What a journal holds of searches with a user's trainer, beside what all searches have.
@Suite struct TrainerColumnTests {
  private let plan = SegmentPlan(
    generation: 0, trial: 0, epochs: 0..<3, parent: nil, policy: .searchStart,
    tuned: ["rate": 0.1 + 0.2, "ß": -1e-300])
  private let result = SegmentResult.done(
    CheckpointRecord(file: "a", digest: FileDigest(size: 1, sha256: "0f")),
    SegmentMetrics(score: 0.5, seconds: 1, figures: ["val_loss": 1.5, "lost": .nan]))

  private func write(_ store: Store<Settings>) throws {
    try store.step { try SearchJournal($0).plan([plan]) }
    try store.step { try SearchJournal($0).record([(plan.place, result)]) }
  }

  @Test(arguments: Life.allCases) func tunedValuesAndFiguresAreReadBack(life: Life) throws {
    let store = try Store(Settings(), life)
    try write(store)
    let found = try #require(try store.step { try SearchJournal($0).segment(at: plan.place) })
    #expect(found.plan == plan)
    #expect(found.metrics?.figures == ["val_loss": 1.5])
  }

  @Test(arguments: [
    "tuned = '{\"rate\":0.5}'", "tuned = NULL", "tuned = 'rate'", "figures = NULL",
    "figures = '{\"val_loss\":2}'", "tuned = figures, figures = tuned",
  ])
  func aChangeIsNoticed(change: String) throws {
    let store = try Store(Settings(), .openedOnce)
    try write(store)
    try DatabaseQueue(path: store.folder("run/run.sqlite")).write {
      try $0.execute(sql: "UPDATE segment SET \(change)")
    }
    let error = #expect(throws: RunStoreError.self) {
      try SearchJournal(RunDirectory.read(store.folder("run"))).segmentsByArrival()
    }
    #expect(error?.description.contains("damaged") == true)
  }

  /// A journal of the version before has no such columns, and digests of all that it has.
  @Test func aJournalOfTheVersionBeforeIsReadAndContinued() throws {
    let store = try Store(Settings(), .openedOnce)
    let plain = SegmentPlan(generation: 0, trial: 0, epochs: 0..<3, parent: nil, policy: .searchStart)
    try store.step { try SearchJournal($0).plan([plain]) }
    let metrics = SegmentMetrics(score: 0.5, trainLoss: 1, trainAccuracy: 0.5, seconds: 1)
    let checkpoint = CheckpointRecord(file: "a", digest: FileDigest(size: 1, sha256: "0f"))
    try store.step { try SearchJournal($0).record([(plain.place, .done(checkpoint, metrics))]) }
    store.close()
    try DatabaseQueue(path: store.folder("run/run.sqlite")).write {
      try $0.execute(
        sql: """
          ALTER TABLE segment DROP COLUMN tuned; ALTER TABLE segment DROP COLUMN figures;
          DELETE FROM grdb_migrations WHERE identifier = '6';
          """)
    }
    for run in [
      try RunDirectory.read(store.folder("run")),
      try RunDirectory.open(store.folder("run"), configuration: Settings(), version: "2", resume: true),
    ] {
      #expect(
        try SearchJournal(run).segmentsByArrival() == [
          SegmentRecord(plan: plain, result: .done(checkpoint, metrics))
        ])
    }
  }
}
