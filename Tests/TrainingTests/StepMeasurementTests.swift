import Augmentation
import Testing
import Training

@Suite struct StepMeasurementTests {
  private struct Stop: Error {}

  @Test func knowsTheNetworkAndTimesIt() throws {
    let trainer = try Trainer(recipe: toyRecipe(), data: toyData())
    let start = ContinuousClock.now
    let measured = try trainer.measureSteps(strongProgram)
    let elapsed = (ContinuousClock.now - start) / .seconds(1)
    #expect(measured.parameters == trainer.parameterCount)
    // wrn_10_1 on 8 × 8 pixels and three classes: one block a group of 16, 32 and 64 channels.
    let convolutions =
      64 * (3 * 16 + 16 * 16 + 16 * 16) + 16 * (16 * 32 + 32 * 32) + 4 * (32 * 64 + 64 * 64)
    #expect(measured.multiplyAddsPerImage == 9 * convolutions + 64 * 3)
    // Four steps make an epoch: the measurement goes over several.
    #expect(measured.timedSteps == 10)
    let parts = [
      measured.secondsPerStep, measured.secondsPerEvaluatedImage, measured.secondsPerCheckpoint,
      measured.secondsPerRestore,
    ]
    #expect(parts.allSatisfy { $0 > 0 })
    // Half of the steps took at least the median; all parts came one after another in the time that passed here.
    #expect(5 * measured.secondsPerStep + parts.dropFirst().reduce(0, +) <= elapsed, "\(parts)")
  }

  @Test func measuresWhereAnEpochHasOneStepAndNothingIsHeldOut() throws {
    let data = toyData(train: 16, validation: 0, test: 0)
    let measured = try Trainer(recipe: toyRecipe(), data: data).measureSteps(.none)
    #expect(measured.timedSteps == 10)
    #expect(measured.secondsPerEvaluatedImage > 0)
  }

  @Test func endsWhenAskedTo() throws {
    let trainer = try Trainer(recipe: toyRecipe(), data: toyData())
    var asked = 0
    #expect(throws: Stop.self) {
      try trainer.measureSteps(.none) {
        asked += 1
        if asked == 3 { throw Stop() }
      }
    }
    #expect(asked == 3)
  }

  @Test(arguments: [(1, 0, UInt64(5)), (200, 15, 0), (1800, 3, .max)])
  func knowsACheckpointsLengthBeforeItIsThere(epochs: Int, trial: Int, seed: UInt64) throws {
    let data = toyData()
    let any = try Trainer(recipe: toyRecipe(), data: data)
    let one = try Trainer(recipe: toyRecipe { $0.seed = seed }, data: data, trial: trial)
    #expect(
      try any.checkpointByteCount(epochs: 0, trial: trial, seed: seed) == one.checkpoint().count)
    let longer =
      try any.checkpointByteCount(epochs: epochs, trial: trial, seed: seed) - one.checkpoint().count
    // The header grows by the digits of the epochs, and in steps of eight bytes.
    #expect(longer == 0 || longer == 8)
  }
}
