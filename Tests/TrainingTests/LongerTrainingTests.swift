import Foundation
import Policies
import RunStore
import TestSupport
import Testing
import Training

@Suite struct LongerTrainingTests {
  /// A training of 4 epochs that had ended and was then given 3 more.
  private func extended(_ folder: TemporaryFolder, finishing: Bool = true) throws -> ToyTraining {
    var toy = ToyTraining { $0.policy = "rcifar10" }
    try toy.train(folder)
    try toy.change(folder, to: 7)
    if finishing { try toy.train(folder) }
    return toy
  }

  @Test func theEpochsThatFollowAreThoseOfTheNewLength() throws {
    let folder = try TemporaryFolder()
    let toy = try extended(folder)
    let left = try toy.outcome(folder)
    // By hand: four epochs of a training of 4, then three of a training of 7 on the same network.
    let policy = try PolicyChoice("rcifar10", dataset: "cifar10", seed: 0)
    let trainer = try Trainer(recipe: toyRecipe(), data: toy.data)
    var rates: [Double] = []
    for epoch in 0..<7 {
      let length = epoch < 4 ? 4 : 7
      trainer.setLength(epochs: length)
      rates.append(
        try trainer.trainEpoch(
          policy.program(epoch: epoch, totalEpochs: length, order: .schedule, width: 8, height: 8)
        ).learningRate)
    }
    #expect(left.epochs.map(\.learningRate) == rates)
    #expect(rates[3] == 0 && rates[4] > 0.009 && rates[6] == 0)
    #expect(try left.checkpoints["epoch-00007.safetensors"] == trainer.checkpoint())
    // Test images were looked at when it ended first, and when it ended again.
    #expect(left.epochs.map { $0.testAccuracy != nil } == [false, false, false, true, false, false, true])
    #expect(left.result.epochs == 7)
  }

  @Test func theRunTellsItsHistory() throws {
    let folder = try TemporaryFolder()
    let toy = try extended(folder)
    let recorded = try RunDirectory.configuration(TrainingConfiguration.self, of: folder.run)
    #expect(recorded == toy.configuration)
    #expect(recorded.recipe.epochs == 7 && recorded.earlierEpochs == [4] && recorded.changedAfter == [4])
    #expect((0..<8).map(recorded.length(atEpoch:)) == [4, 4, 4, 4, 7, 7, 7, 7])
    let text = try String(contentsOfFile: folder.run + "/config.yaml", encoding: .utf8)
    #expect(text.contains("epochs: 7\n") && text.contains("changedAfter:\n- 4\n"))
    #expect(try RunDirectory.read(folder.run).isFinished)
  }

  @Test(arguments: [1, 4, 8, 12, 16, 18]) func aKilledExtensionEndsTheSame(event: Int) throws {
    let (folder, other) = try (TemporaryFolder(), TemporaryFolder())
    let expected = try extended(folder).outcome(folder)
    let toy = try extended(other, finishing: false)
    try toy.interrupt(other, after: event)
    #expect(try toy.outcome(other) == expected)
  }

  @Test(arguments: [1, 2]) func epochsOfTheOldLengthAreTrainedAgainAsTheyWere(damaged: Int) throws {
    let (folder, other) = try (TemporaryFolder(), TemporaryFolder())
    let expected = try extended(folder).outcome(folder)
    let toy = try extended(other, finishing: false)
    for epochs in (5 - damaged)...4 { try damageCheckpoint(epochs, in: other) }
    #expect(try toy.outcome(other) == expected)
  }

  @Test func anUnfinishedRunCanHaveAnotherLengthToo() throws {
    let folder = try TemporaryFolder()
    var toy = ToyTraining()
    // Four steps and an end make the five events of an epoch.
    try toy.interrupt(folder, after: 10)
    try toy.change(folder, to: 3)
    let left = try toy.outcome(folder)
    #expect(left.result.epochs == 3)
    #expect(toy.configuration.earlierEpochs == [4] && toy.configuration.changedAfter == [2])
    #expect(left.epochs[2].learningRate == 0 && left.epochs[2].testAccuracy != nil)
  }

  @Test func aLengthThatIsTrainedAlreadyIsRefused() throws {
    let configuration = ToyTraining().configuration
    for epochs in [0, 3, 4] {
      let error = #expect(throws: TrainingError.self) { try configuration.withLength(epochs, after: 4) }
      #expect(
        error?.description
          == "epochs: found \(epochs), expected more than the 4 that this run has trained")
    }
    // Before the first epoch there is no history.
    #expect(try configuration.withLength(9, after: 0).earlierEpochs == nil)
  }

  @Test func settingsOfAnOlderVersionAreReadAsTheyWere() throws {
    let old = """
      {"data":{"dataDirectory":"d","dataset":"bundled"},"device":"cpu","policy":"none","policyOrder":"schedule",\
      "recipe":{"batchSize":16,"cropPadding":1,"cutout":2,"epochs":4,"flip":true,"learningRate":0.05,\
      "learningRateRule":"cosine","model":"wrn_10_1","precision":"fp32","seed":5,"threads":1,"weightDecay":0.0005}}
      """
    let configuration = try JSONDecoder().decode(TrainingConfiguration.self, from: Data(old.utf8))
    #expect(configuration.recipe == toyRecipe())
    #expect(configuration.validateEvery == nil && configuration.from == nil && configuration.patience == nil)
    // And what has none of the new settings is written as it was.
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    #expect(String(decoding: try encoder.encode(configuration), as: UTF8.self) == old)
  }
}
