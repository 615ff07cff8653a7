import Foundation
import RunStore
import Testing

@Suite struct TrainingJournalTests {
  private func epoch(_ number: Int) -> EpochRecord {
    EpochRecord(
      epoch: number, trainLoss: 1 / Double(number + 1), trainAccuracy: 0.5,
      validationAccuracy: number == 1 ? 0.25 : nil, learningRate: 0.1, seconds: 2,
      times: number == 0
        ? nil
        : WorkTimes(
          started: 1.7e9 + Double(number), slot: 1, preparation: 0.25, training: 1.5, evaluation: 0.5,
          checkpoint: 0.125))
  }

  private func train(_ store: Store<TrainSettings>, epochs: Range<Int>) throws {
    for number in epochs {
      try store.step { run in
        let file = TrainingJournal.checkpointName(epochs: number + 1)
        try Data("state \(number + 1)".utf8)
          .write(to: URL(fileURLWithPath: run.checkpoints.temporaryPath(for: file)))
        try TrainingJournal(run).record([epoch(number)], checkpoint: file, epochsTrained: number + 1)
      }
    }
  }

  @Test(arguments: Life.allCases) func whatIsRecordedIsReadBack(life: Life) throws {
    let store = try Store(TrainSettings(), life)
    #expect(try store.step { try TrainingJournal($0).resumePoint() } == nil)
    try train(store, epochs: 0..<4)
    #expect(try store.step { try TrainingJournal($0).epochs() } == (0..<4).map(epoch))
    let point = try #require(try store.step { try TrainingJournal($0).resumePoint() })
    #expect(point.epochs == 4)
    #expect(point.checkpoint.file == "epoch-00004.safetensors")
    #expect(
      try store.folder.names(in: "run/checkpoints") == ["epoch-00003.safetensors", "epoch-00004.safetensors"])
    let lines = try #require(store.folder.text(of: "run/metrics.jsonl"))
    #expect(lines.split(separator: "\n").count == 4)
    // When something was done is for the journal alone.
    #expect(!lines.contains("started"))
  }

  @Test(arguments: Life.allCases) func aDamagedCheckpointCostsItsEpochs(life: Life) throws {
    let store = try Store(TrainSettings(), life)
    try train(store, epochs: 0..<4)
    let metrics = store.folder.text(of: "run/metrics.jsonl")
    try store.folder.write("state X", to: "run/checkpoints/epoch-00004.safetensors")
    let point = try #require(try store.step { try TrainingJournal($0).resumePoint() })
    #expect(point.epochs == 3)
    #expect(try store.step { try TrainingJournal($0).epochs() } == (0..<3).map(epoch))
    #expect(store.folder.text(of: "run/metrics.jsonl")?.split(separator: "\n").count == 3)
    try train(store, epochs: 3..<4)
    #expect(store.folder.text(of: "run/metrics.jsonl") == metrics)
  }

  @Test func withoutAWholeCheckpointTrainingBeginsAnew() throws {
    let store = try Store(TrainSettings(), .openedOnce)
    try train(store, epochs: 0..<2)
    for epochs in 1...2 {
      try store.folder.write("", to: "run/checkpoints/" + TrainingJournal.checkpointName(epochs: epochs))
    }
    #expect(try store.step { try TrainingJournal($0).resumePoint() } == nil)
    #expect(try store.step { try TrainingJournal($0).epochs() }.isEmpty)
    #expect(store.folder.text(of: "run/metrics.jsonl")?.isEmpty == true)
    #expect(try store.folder.names(in: "run/checkpoints").isEmpty)
  }
}
