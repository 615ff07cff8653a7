import Datasets
import Foundation
import RunStore
import TestSupport
import Testing
import Training

@Suite struct ClassWeightsTests {
  private let data = toyData(train: 64, classes: 3)
  /// Of 64 images in turn, 22, 21 and 21 of the three classes.
  private let balanced: [Double] = [64.0 / 66, 64.0 / 63, 64.0 / 63]

  private func message(_ weights: ClassWeights) -> String? {
    TestSupport.message { _ = try weights.numbers(for: data) }
  }

  @Test func balancedIsByHowRareAClassIs() throws {
    #expect(try ClassWeights.balanced.numbers(for: data) == balanced)
    let empty = DatasetSplits(
      name: "toy", classNames: data.classNames + ["class 3"], train: data.train, validation: data.validation,
      test: data.test, statistics: data.statistics)
    let error = #expect(throws: TrainingError.self) { try ClassWeights.balanced.numbers(for: empty) }
    #expect(error?.description.contains("'class 3' has no training images") == true)
  }

  @Test func namesAreBroughtIntoTheOrderOfTheClasses() throws {
    let weights = ClassWeights.byName(["class 2": 3, "class 0": 1, "class 1": 2])
    #expect(try weights.numbers(for: data) == [1, 2, 3])
    #expect(
      try toyRecipe { $0.classWeights = weights }.resolved(for: data).classWeights == .inOrder([1, 2, 3]))
  }

  @Test func whatDoesNotFitIsRefused() {
    #expect(message(.inOrder([1, 2]))?.contains("found 2 numbers, expected 3") == true)
    #expect(message(.byName(["class 0": 1, "class 1": 2]))?.contains("nothing for 'class 2'") == true)
    #expect(
      message(.byName(["class 0": 1, "class 1": 2, "class 2": 1, "cat": 1]))?.contains("'cat'") == true)
    #expect(
      message(.inOrder([1, 1e-46, 1]))?.contains("found 1e-46, which is 0 in fp32 or nearly so") == true)
    for bad in [0, -1, .nan, .infinity, 1e7] {
      #expect(message(.inOrder([1, bad, 1]))?.contains("expected numbers above 0") == true)
    }
  }

  @Test func eachFormIsReadBack() throws {
    for weights in [ClassWeights.balanced, .inOrder([1, 0.25]), .byName(["a": 2.5])] {
      let text = try JSONEncoder().encode(weights)
      #expect(try JSONDecoder().decode(ClassWeights.self, from: text) == weights)
    }
    #expect(throws: DecodingError.self) {
      try JSONDecoder().decode(ClassWeights.self, from: Data("\"even\"".utf8))
    }
  }

  /// The loss of an epoch and the checkpoint after it.
  private func trained(_ change: (inout Recipe) -> Void) throws -> (loss: Double, checkpoint: Data) {
    let trainer = try Trainer(recipe: toyRecipe(change), data: data)
    let metrics = try trainer.trainEpoch(strongProgram)
    return (metrics.loss, try trainer.checkpoint())
  }

  @Test func theyChangeTheTrainingAndStandInTheCheckpointAsNumbers() throws {
    let plain = try trained { _ in }
    let weighted = try trained { $0.classWeights = .balanced }
    let numbers = try trained { $0.classWeights = .inOrder(balanced) }
    let smoothed = try trained { $0.labelSmoothing = 0.2 }
    #expect(weighted.checkpoint == numbers.checkpoint)
    #expect(weighted.loss != plain.loss && smoothed.loss != plain.loss)
    let info = try Trainer.checkpointInfo(weighted.checkpoint, name: "file")
    #expect(info.recipe.classWeights == ClassWeights.inOrder(balanced))
    #expect(!String(decoding: plain.checkpoint, as: UTF8.self).contains("classWeights"))
  }

  @Test func theLossThatIsMeasuredIsThePlainOne() throws {
    let trainer = try Trainer(recipe: toyRecipe(), data: data)
    let other = try Trainer(
      recipe: toyRecipe {
        $0.labelSmoothing = 0.5
        $0.classWeights = .inOrder([1, 5, 25])
      }, data: data)
    #expect(try trainer.evaluate(data.validation) == other.evaluate(data.validation))
  }

  @Test func smoothingIsBelowOne() {
    for bad in [1, 1.5, -0.1, .nan] {
      #expect(throws: TrainingError.self) { try toyRecipe { $0.labelSmoothing = bad }.validate() }
    }
  }
}
