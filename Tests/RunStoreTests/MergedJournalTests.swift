import Files
import Foundation
import GRDB
import Policies
import RunStore
import TestSupport
import Testing

/// The file `run.sqlite` alone holds the run, but for what came since the last plan or epoch.
@Suite struct MergedJournalTests {
  /// Copies a run in use as it would be found if SQLite's log was lost.
  private func withoutLog(_ folder: TemporaryFolder) throws -> RunDirectory {
    let copy = "copy-\(UUID().uuidString)"
    try Folder.make(folder(copy))
    for name in ["run.sqlite", "config.yaml"] {
      try FileManager.default.copyItem(atPath: folder("run/" + name), toPath: folder("\(copy)/\(name)"))
    }
    return try RunDirectory.read(folder(copy))
  }

  private func plan(_ generation: Int) -> SegmentPlan {
    SegmentPlan(
      generation: generation, trial: 0, epochs: generation..<generation + 1,
      parent: generation == 0 ? nil : 0, policy: .searchStart)
  }

  @Test func aRunIsThereFromItsFirstEntryOn() throws {
    let folder = try TemporaryFolder()
    let run = try RunDirectory.open(folder("run"), configuration: Settings(), version: "1", resume: false)
    #expect(try withoutLog(folder).version == "1")
    for generation in 0..<3 {
      try SearchJournal(run).plan([plan(generation)])
      #expect(try SearchJournal(withoutLog(folder)).lastGeneration() == generation)
    }
    try run.finish()
    #expect(try withoutLog(folder).isFinished)
  }

  @Test(arguments: ["run.sqlite", "lock"]) func aRunStopsWhereItsFilesAreTakenAway(name: String) throws {
    let folder = try TemporaryFolder()
    let run = try RunDirectory.open(folder("run"), configuration: Settings(), version: "1", resume: false)
    try SearchJournal(run).plan([plan(0)])
    try FileManager.default.moveItem(atPath: folder("run/" + name), toPath: folder("away"))
    let words = "run/\(name): somebody removed or replaced it while the run was in use"
    #expect(message { try SearchJournal(run).plan([plan(1)]) }?.contains(words) == true)
    #expect(message { try run.finish() }?.contains(words) == true)
    try FileManager.default.copyItem(atPath: folder("away"), toPath: folder("run/" + name))
    #expect(message { try run.finish() }?.contains(words) == true)
  }

  @Test func everyEpochOfATrainingIsThere() throws {
    let folder = try TemporaryFolder()
    let run = try RunDirectory.open(
      folder("run"), configuration: TrainSettings(), version: "1", resume: false)
    for epoch in 0..<3 {
      let file = TrainingJournal.checkpointName(epochs: epoch + 1)
      try AtomicFile.writeTemporary(Data("state".utf8), to: run.checkpoints.temporaryPath(for: file))
      try TrainingJournal(run).record(
        [EpochRecord(epoch: epoch, trainLoss: 1, trainAccuracy: 0.5, learningRate: 0.1, seconds: 1)],
        checkpoint: file, epochsTrained: epoch + 1)
      #expect(try TrainingJournal(withoutLog(folder)).epochs().count == epoch + 1)
    }
  }

  @Test func aReaderDelaysTheMergeAndLosesNothing() throws {
    let folder = try TemporaryFolder()
    let run = try RunDirectory.open(folder("run"), configuration: Settings(), version: "1", resume: false)
    var configuration = Configuration()
    configuration.readonly = true
    let reader = try DatabaseQueue(path: folder("run/run.sqlite"), configuration: configuration)
    try reader.inDatabase { database in
      try database.execute(sql: "BEGIN")
      #expect(try Int.fetchOne(database, sql: "SELECT count(*) FROM segment") == 0)
      try SearchJournal(run).plan([plan(0)])
      try database.execute(sql: "COMMIT")
    }
    #expect(try SearchJournal(RunDirectory.read(folder("run"))).lastGeneration() == 0)
    try SearchJournal(run).plan([plan(1)])
    #expect(try SearchJournal(withoutLog(folder)).lastGeneration() == 1)
  }

  @Test(arguments: ["missing", "empty", "with an empty log", "without tables"])
  func aLostJournalIsNotTakenForNoRun(kind: String) throws {
    let folder = try TemporaryFolder()
    do { _ = try RunDirectory.open(folder("run"), configuration: Settings(), version: "1", resume: false) }
    let journal = folder("run/run.sqlite")
    for ending in ["-wal", "-shm"] { try? FileManager.default.removeItem(atPath: journal + ending) }
    switch kind {
    case "missing": try FileManager.default.removeItem(atPath: journal)
    case "empty": try folder.write("", to: "run/run.sqlite")
    case "with an empty log":
      for ending in ["", "-wal"] { try folder.write("", to: "run/run.sqlite" + ending) }
    default:
      try FileManager.default.removeItem(atPath: journal)
      try DatabaseQueue(path: journal).write { try $0.execute(sql: "CREATE TABLE a (b); DROP TABLE a") }
    }
    let found = kind == "missing" ? "it is missing" : "it is empty"
    let expected =
      "\(journal): the journal is damaged (\(found), but a run left checkpoints beside it); "
      + "restore it from a copy, or start in another folder"
    #expect(message { _ = try RunDirectory.read(folder("run")) } == expected)
    #expect(message { _ = try RunDirectory.configuration(Settings.self, of: folder("run")) } == expected)
    for resume in [false, true] {
      #expect(
        message {
          _ = try RunDirectory.open(folder("run"), configuration: Settings(), version: "1", resume: resume)
        } == expected)
    }
  }

  @Test func aLogWithoutItsJournalIsKept() throws {
    let folder = try TemporaryFolder()
    try folder.write("", to: "run.sqlite")
    try folder.write("what is left", to: "run.sqlite-wal")
    for use in [
      { _ = try RunDirectory.read(folder.path) },
      { _ = try RunDirectory.open(folder.path, configuration: Settings(), version: "1", resume: true) },
    ] {
      #expect(
        message(use)?.contains(
          "the journal is damaged (it is empty, but a run left run.sqlite-wal beside it)")
          == true)
      #expect(folder.text(of: "run.sqlite-wal") == "what is left")
    }
  }
}
