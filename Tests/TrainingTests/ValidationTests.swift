import Foundation
import RunStore
import TestSupport
import Testing
import Training

@Suite struct ValidationTests {
  /// Eight epochs, validated after every second, of a network that learns little after the first.
  private func toy(patience: Int? = nil, every: Int = 2) -> ToyTraining {
    ToyTraining {
      $0.recipe.epochs = 8
      $0.validateEvery = every
      $0.patience = patience
    }
  }

  @Test func validationsAreWhereTheyAreAskedFor() throws {
    let folder = try TemporaryFolder()
    let left = try toy(every: 3).outcome(folder)
    #expect(
      left.epochs.map { $0.validationAccuracy != nil } == [
        false, false, true, false, false, true, false, true,
      ])
    #expect(left.epochs.allSatisfy { ($0.validationLoss == nil) == ($0.validationAccuracy == nil) })
    #expect(left.epochs.map { $0.testAccuracy != nil } == Array(repeating: false, count: 7) + [true])
    let lines = try String(contentsOfFile: folder.run + "/metrics.jsonl", encoding: .utf8).split(
      separator: "\n")
    #expect(lines.map { $0.contains("\"validationLoss\":") } == left.epochs.map { $0.validationLoss != nil })
  }

  @Test func validatingChangesNoWeights() throws {
    let (folder, plain) = try (TemporaryFolder(), TemporaryFolder())
    let left = try toy().outcome(folder)
    let expected = try ToyTraining { $0.recipe.epochs = 8 }.outcome(plain)
    #expect(left.checkpoints["epoch-00008.safetensors"] == expected.checkpoints["epoch-00008.safetensors"])
    #expect(expected.epochs.allSatisfy { $0.validationLoss == nil } && expected.result.best == nil)
  }

  @Test func theBestCheckpointIsKeptAndTheFirstAmongEquals() throws {
    let folder = try TemporaryFolder()
    let left = try toy(every: 1).outcome(folder)
    let accuracies = try left.epochs.map { try #require($0.validationAccuracy) }
    let best = try #require(accuracies.firstIndex(of: accuracies.max() ?? 0)) + 1
    // The data are easy: the best comes early and is reached again.
    try #require(best < 7 && accuracies.count { $0 == accuracies.max() } > 1)
    #expect(left.result.best?.epochs == best)
    #expect(left.result.best?.validationAccuracy == accuracies[best - 1])
    let name = TrainingJournal.checkpointName(epochs: best)
    #expect(left.result.best?.checkpoint == name)
    #expect(left.checkpoints.keys.sorted() == [name, "epoch-00007.safetensors", "epoch-00008.safetensors"])
    let file = try #require(left.checkpoints[name])
    let evaluation = try Trainer.evaluating(file, name: name, on: toyData(), threads: 1, device: .cpu) {
      $0.validation
    }
    #expect(evaluation.overall.accuracy == accuracies[best - 1])
  }

  @Test func patienceEndsTheTraining() throws {
    let folder = try TemporaryFolder()
    let toy = toy(patience: 2, every: 1)
    let left = try toy.outcome(folder)
    let best = try #require(left.result.best?.epochs)
    #expect(left.result.epochs == best + 2 && left.result.stoppedEarlyOf == 8)
    #expect(
      left.epochs.last?.testAccuracy != nil && left.result.testAccuracy == left.epochs.last?.testAccuracy)
    #expect(try RunDirectory.read(folder.run).isFinished)
    // Once more, it is as finished as any.
    var events = 0
    #expect(try toy.train(folder) { _, _ in events += 1 }.epochs == best + 2)
    #expect(events == 0)
  }

  @Test(arguments: Array(stride(from: 1, through: 28, by: 3))) func anInterruptedOneEndsTheSame(event: Int)
    throws
  {
    let (folder, other) = try (TemporaryFolder(), TemporaryFolder())
    let toy = toy(patience: 2, every: 1)
    let expected = try toy.outcome(folder)
    try toy.interrupt(other, after: event)
    #expect(try toy.outcome(other) == expected)
  }

  @Test func aLongerTrainingHasItsPatienceAnew() throws {
    let folder = try TemporaryFolder()
    var toy = toy(patience: 2, every: 1)
    let first = try toy.train(folder)
    try toy.change(folder, to: 12)
    let second = try toy.train(folder)
    #expect(second.epochs == first.epochs + 2)
    #expect(second.best?.epochs == first.best?.epochs && second.best?.checkpoint != nil)
  }

  @Test func whatIsGoneIsNotNamed() throws {
    let folder = try TemporaryFolder()
    let toy = toy(every: 1)
    let result = try toy.train(folder)
    for path in [result.checkpoint, result.best?.checkpoint] {
      try FileManager.default.removeItem(atPath: #require(path))
    }
    let again = try toy.train(folder)
    #expect(again.checkpoint == nil && again.best?.checkpoint == nil)
    #expect(again.best?.validationAccuracy == result.best?.validationAccuracy)
  }

  @Test func settingsWithoutMeaningAreRefused() throws {
    var configuration = ToyTraining().configuration
    configuration.patience = 3
    #expect(throws: TrainingError.self) { try configuration.validate() }
    configuration.validateEvery = 1
    try configuration.validate()
    configuration.validateEvery = 0
    let error = #expect(throws: TrainingError.self) { try configuration.validate() }
    #expect(error?.description == "validateEvery: found 0, expected 1 to 1000000")
    configuration.validateEvery = 1
    #expect(throws: TrainingError.self) { try configuration.requireValidation(in: toyData(validation: 0)) }
  }
}
