import Augmentation
import Datasets
import Testing
import Torch
import Training

@Suite struct TrainerTests {
  @Test(arguments: [Precision.fp32, .bf16]) func learnsWhatIsThereToLearn(precision: Precision) throws {
    let trainer = try Trainer(recipe: toyRecipe { $0.precision = precision }, data: toyData())
    let before = try trainer.evaluate(trainer.data.test)
    var metrics: [EpochMetrics] = []
    while trainer.epoch < trainer.recipe.epochs { metrics.append(try trainer.trainEpoch(.none)) }
    let after = try trainer.evaluate(trainer.data.test)
    #expect(metrics.map(\.epoch) == [1, 2, 3, 4])
    #expect(metrics[3].loss < 0.5 * metrics[0].loss)
    #expect(metrics[3].accuracy > 0.85)
    #expect(metrics[3].learningRate == 0)
    // Chance is a third.
    #expect(after.accuracy > 0.85)
    #expect(after.loss < 0.6 * before.loss)
    #expect(after.images == 30)
  }

  @Test func reportsEveryStepAndLeavesOutWhatFillsNoBatch() throws {
    let trainer = try Trainer(recipe: toyRecipe(), data: toyData(train: 70))
    var images: [Int] = []
    _ = try trainer.trainEpoch(.none) { images.append($0) }
    #expect(trainer.stepsPerEpoch == 4)
    #expect(images == [16, 16, 16, 16])
    var evaluated = 0
    _ = try trainer.evaluate(patternedImages(301, seed: 4)) { evaluated += $0 }
    #expect(evaluated == 301)
  }

  @Test func whatTheCallbackThrowsEndsTheEpoch() throws {
    struct Enough: Error {}
    let trainer = try Trainer(recipe: toyRecipe(), data: toyData())
    #expect(throws: Enough.self) { try trainer.trainEpoch(.none) { _ in throw Enough() } }
    #expect(throws: Enough.self) { try trainer.evaluate(trainer.data.test) { _ in throw Enough() } }
    #expect(trainer.epoch == 0)
  }

  // MARK: - Evaluation

  @Test func evaluationIgnoresAugmentation() throws {
    let plain = toyRecipe {
      $0.cutout = 0
      $0.cropPadding = 0
      $0.flip = false
    }
    let strong = toyRecipe {
      $0.cutout = 8
      $0.cropPadding = 4
    }
    let data = toyData()
    // Equal seeds, so equal weights.
    let evaluations = try [plain, strong].map { try Trainer(recipe: $0, data: data).evaluate(data.test) }
    #expect(evaluations[0] == evaluations[1])
  }

  @Test func evaluationNeitherChangesNorSeesWhatIsTrainedBeside() throws {
    let data = toyData()
    let quiet = try Trainer(recipe: toyRecipe(), data: data)
    let watched = try Trainer(recipe: toyRecipe(), data: data)
    let first = try watched.evaluate(data.validation)
    _ = try quiet.trainEpoch(strongProgram)
    #expect(try watched.evaluate(data.validation) == first)
    _ = try watched.trainEpoch(strongProgram)
    _ = try watched.evaluate(data.test)
    _ = try quiet.trainEpoch(strongProgram)
    _ = try watched.trainEpoch(strongProgram)
    #expect(try watched.checkpoint() == quiet.checkpoint())
    #expect(try watched.evaluate(data.validation) != first)
  }

  @Test func evaluationCountsAsTheLabelsSay() throws {
    let data = toyData(train: 16)
    let trainer = try Trainer(recipe: toyRecipe(), data: data)
    let images = patternedImages(20, seed: 9).images
    // Whatever the network says of an image, it is right under exactly one of the three labels.
    let total = try (0..<3).reduce(0.0) { sum, label in
      try sum
        + trainer.evaluate(LabeledImages(images: images, labels: Array(repeating: Int32(label), count: 20)))
        .accuracy
    }
    #expect(abs(total - 1) < 1e-12)
  }

  // MARK: - What decides a training

  @Test func seedTrialAndPolicyEachChangeTheResult() throws {
    let data = toyData()
    func weights(seed: UInt64 = 5, trial: Int = 0, _ program: AugmentationProgram = .none) throws -> [UInt8] {
      let trainer = try Trainer(recipe: toyRecipe { $0.seed = seed }, data: data, trial: trial)
      _ = try trainer.trainEpoch(program)
      return try weightBytes(trainer)
    }
    let reference = try weights()
    #expect(try weights() == reference)
    #expect(try weights(seed: 6) != reference)
    #expect(try weights(trial: 1) != reference)
    #expect(try weights(strongProgram) != reference)
  }

  @Test func theOrderOfImagesChangesFromEpochToEpoch() throws {
    // With a rate of nearly 0 the weights stand still, so a batch's loss depends on its images alone.
    let recipe = toyRecipe {
      $0.learningRate = 1e-30
      $0.cutout = 0
      $0.cropPadding = 0
      $0.flip = false
      $0.batchSize = 64
    }
    let trainer = try Trainer(recipe: recipe, data: toyData(train: 65))
    let losses = try (0..<3).map { _ in try trainer.trainEpoch(.none).loss }
    // One image of 65 is left out, another each epoch.
    #expect(Set(losses).count == 3)
  }

  @Test(arguments: [1, 2]) func usesAndRecordsTheThreadsOfTheRecipe(threads: Int) throws {
    let trainer = try Trainer(recipe: toyRecipe { $0.threads = threads }, data: toyData())
    try Runtime.setThreads(3 - threads)
    _ = try trainer.trainEpoch(.none)
    #expect(Runtime.threads == threads)
    try Runtime.setThreads(3 - threads)
    _ = try trainer.evaluate(trainer.data.test)
    #expect(Runtime.threads == threads)
    #expect(try Trainer.checkpointInfo(trainer.checkpoint(), name: "checkpoint").recipe.threads == threads)
  }

  // MARK: - What can go wrong

  @Test func aLossThatDivergesNamesEpochAndStep() throws {
    let trainer = try Trainer(recipe: toyRecipe { $0.learningRate = 1e38 }, data: toyData())
    let error = #expect(throws: TrainingError.self) { try trainer.trainEpoch(.none) }
    // The first step is computed with the initial weights, so its loss is still a number.
    guard case .notFinite(epoch: 1, step: 2, let loss)? = error else {
      Issue.record(
        "found \(String(describing: error)), expected a loss that is not finite in epoch 1, step 2")
      return
    }
    #expect(!loss.isFinite)
    #expect(error?.isDivergence == true)
    #expect(error?.description.contains("epoch 1, step 2") == true)
    #expect(error?.description.contains("learning rate") == true)
  }

  @Test func anEvaluationOfADivergedNetworkIsAnError() throws {
    let recipe = toyRecipe {
      $0.learningRate = 1e38
      $0.learningRateRule = .step
      $0.batchSize = 64
    }
    // One step: its loss is that of the initial weights, and the weights it leaves are beyond all bounds.
    let trainer = try Trainer(recipe: recipe, data: toyData())
    _ = try trainer.trainEpoch(.none)
    let error = #expect(throws: TrainingError.self) { try trainer.evaluate(trainer.data.test) }
    #expect(error?.isDivergence == true)
  }

  @Test func aBatchLargerThanTheSetIsRefused() {
    let error = #expect(throws: TrainingError.batchTooLarge(batchSize: 65, images: 64)) {
      try Trainer(recipe: toyRecipe { $0.batchSize = 65 }, data: toyData())
    }
    #expect(error?.description.contains("65") == true && error?.description.contains("`batchSize`") == true)
    #expect(throws: Never.self) { try Trainer(recipe: toyRecipe { $0.batchSize = 64 }, data: toyData()) }
  }

  @Test(arguments: [
    ("epochs", toyRecipe { $0.epochs = 0 }), ("batchSize", toyRecipe { $0.batchSize = 0 }),
    ("learningRate", toyRecipe { $0.learningRate = .nan }),
    ("learningRate", toyRecipe { $0.learningRate = 0 }),
    ("weightDecay", toyRecipe { $0.weightDecay = -1 }), ("cutout", toyRecipe { $0.cutout = -2 }),
    ("cropPadding", toyRecipe { $0.cropPadding = 5000 }), ("threads", toyRecipe { $0.threads = 0 }),
  ])
  func aSettingWithoutMeaningIsRefusedByName(setting: String, recipe: Recipe) {
    let error = #expect(throws: TrainingError.self) { try Trainer(recipe: recipe, data: toyData()) }
    #expect(error?.description.hasPrefix("\(setting): found ") == true)
  }

  @Test func aLabelWithoutAClassIsAnError() throws {
    let data = toyData(classes: 3)
    let trainer = try Trainer(recipe: toyRecipe(), data: data)
    let strange = LabeledImages(images: data.test.images, labels: data.test.labels.map { $0 + 1 })
    #expect(throws: TorchError.self) { try trainer.evaluate(strange) }
  }

  private func weightBytes(_ trainer: Trainer) throws -> [UInt8] {
    try Safetensors(trainer.checkpoint(), name: "checkpoint").tensors.flatMap { try $0.tensor.bytes() }
  }
}
