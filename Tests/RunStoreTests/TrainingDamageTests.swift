import Files
import Foundation
import GRDB
import RunStore
import TestSupport
import Testing

/// A training whose journal was changed goes on as if it had not been, or says so.
@Suite struct TrainingDamageTests {
  /// Three epochs of which the last is measured.
  private func makeRun(withoutDigests: Bool = false) throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    do {
      let run = try RunDirectory.open(
        folder("run"), configuration: TrainSettings(), version: "1", resume: false)
      for epoch in 0..<3 {
        let file = TrainingJournal.checkpointName(epochs: epoch + 1)
        try AtomicFile.writeTemporary(Data("state".utf8), to: run.checkpoints.temporaryPath(for: file))
        try TrainingJournal(run).record(
          [
            EpochRecord(
              epoch: epoch, trainLoss: 1, trainAccuracy: 0.5, testAccuracy: epoch == 2 ? 0.75 : nil,
              learningRate: 0.1, seconds: 1)
          ], checkpoint: file, epochsTrained: epoch + 1)
      }
    }
    if withoutDigests {
      try change(
        folder,
        """
        DELETE FROM grdb_migrations WHERE identifier = '5';
        ALTER TABLE run DROP COLUMN digest; ALTER TABLE policy DROP COLUMN digest;
        ALTER TABLE segment DROP COLUMN planDigest; ALTER TABLE segment DROP COLUMN outcomeDigest;
        ALTER TABLE epoch DROP COLUMN digest; ALTER TABLE checkpoint DROP COLUMN digest;
        """)
    }
    return folder
  }

  private func change(_ folder: TemporaryFolder, _ sql: String) throws {
    try DatabaseQueue(path: folder("run/run.sqlite")).writeWithoutTransaction { database in
      try database.execute(sql: "PRAGMA ignore_check_constraints = ON")
      try database.execute(sql: sql)
    }
  }

  /// What a resume finds: the epochs in the journal and the number that the checkpoint holds.
  private func resume(_ folder: TemporaryFolder) throws -> (epochs: Int, held: Int?) {
    let run = try RunDirectory.open(
      folder("run"), configuration: TrainSettings(), version: "1", resume: true)
    let point = try TrainingJournal(run).resumePoint()
    return (try TrainingJournal(run).epochs().count, point?.epochs)
  }

  @Test func whatIsUndamagedGoesOn() throws {
    for withoutDigests in [false, true] {
      let folder = try makeRun(withoutDigests: withoutDigests)
      if withoutDigests {
        #expect(try TrainingJournal(RunDirectory.read(folder("run"))).epochs().count == 3)
      }
      let found = try resume(folder)
      #expect(found.epochs == 3 && found.held == 3)
    }
  }

  @Test(arguments: [
    "UPDATE epoch SET metrics = replace(metrics, '0.75', '0.65')", "UPDATE epoch SET metrics = ''",
    "UPDATE epoch SET digest = NULL", "UPDATE epoch SET digest = digest + 1 WHERE epoch = 1",
    "UPDATE epoch SET metrics = (SELECT metrics FROM epoch AS other WHERE epoch = 0)",
    "UPDATE epoch SET epoch = 3 WHERE epoch = 2", "DELETE FROM epoch WHERE epoch = 1", "DELETE FROM epoch",
    "DELETE FROM epoch WHERE epoch = 2",
    "UPDATE checkpoint SET size = 6", "UPDATE checkpoint SET sha256 = '0f'",
    "UPDATE checkpoint SET file = 'epoch-00001.safetensors' WHERE epochs = 3",
    "UPDATE checkpoint SET epochs = 9 WHERE epochs = 3",
    "UPDATE run SET finished = 1", "UPDATE run SET version = '2'",
    "UPDATE run SET configuration = replace(configuration, '4', '2')", "UPDATE run SET kind = 'search'",
  ])
  func aChangedEntryIsNoticed(damage: String) throws {
    let folder = try makeRun()
    try change(folder, damage)
    let error = #expect(throws: RunStoreError.self) { _ = try resume(folder) }
    #expect(error?.description.contains("run.sqlite: the journal is damaged (") == true)
  }

  @Test(arguments: [
    "UPDATE epoch SET metrics = replace(metrics, '0.75', '1.75')",
    "UPDATE epoch SET metrics = replace(metrics, '0.5', '-0.5')",
    "UPDATE epoch SET metrics = replace(metrics, '\"epoch\":2', '\"epoch\":9223372036854775807')",
    "UPDATE epoch SET epoch = 9223372036854775807 WHERE epoch = 2", "DELETE FROM epoch WHERE epoch = 0",
    "UPDATE checkpoint SET file = '../../victim'",
    "UPDATE checkpoint SET file = 'epoch-00002.safetensors' WHERE epochs = 3",
    "UPDATE checkpoint SET epochs = 4 WHERE epochs = 3", "UPDATE checkpoint SET epochs = -1 WHERE epochs = 3",
    "UPDATE run SET configuration = replace(configuration, '4', '2')",
    "UPDATE run SET configuration = replace(configuration, '4', '9223372036854775807')",
  ])
  func whatNoTrainingCanHoldIsRefusedWithoutDigestsToo(damage: String) throws {
    let folder = try makeRun(withoutDigests: true)
    try folder.write("mine", to: "victim")
    try change(folder, damage)
    let error = #expect(throws: RunStoreError.self) { _ = try resume(folder) }
    let isOfSettings = damage.contains("run SET")
    #expect(isOfSettings || error?.description.contains("run.sqlite: the journal is damaged (") == true)
    #expect(folder.text(of: "victim") == "mine")
  }
}
