import Augmentation
import Datasets
import Foundation
import Images
import Policies
import PopulationBasedTraining
import TestSupport
import Testing
import Text
import Torch
import Training

/// The examples of the documentation, line by line; `Tests/docs/check_examples.py` compares them.
@Suite struct ExampleTests {
  @Test func schedule() throws {
    let rotation = try PolicyEntry(operation: .rotate, probability: 4, magnitude: 7)
    let schedule = try Schedule(
      name: "late",
      segments: [
        .init(epochs: 3, policy: Policy(entries: [])),
        .init(epochs: 7, policy: Policy(entries: [rotation])),
      ])
    let policy = schedule.policy(atEpoch: 5)  // rotates
    let long = try schedule.stretched(to: 200)  // 60 epochs without operations, 140 that rotate
    let file = long.jsonData()  // in the schedule format
    #expect(policy.entries == [rotation])
    #expect(long.segments.map(\.epochs) == [60, 140])
    #expect(try Schedule(jsonText: file) == long)
  }

  @Test func errorText() {
    let count = 100
    let text: ErrorText = "there is no room for \(count) images; lower \(setting: "trainSize")"
    let shown = text.description  // … lower `trainSize`
    let typed = text.text(subject: { "--\($0)" }, within: { "--\($0)" })  // … lower --trainSize
    #expect(shown == "there is no room for 100 images; lower `trainSize`")
    #expect(typed == "there is no room for 100 images; lower --trainSize")
  }

  @Test func timeSpan() {
    let limit = TimeSpan("1h30m")  // 5400 seconds
    #expect(limit?.seconds == 5400)
  }

  @Test func tunedRange() {
    let rate = TunedRange("learning_rate=1e-4:1e-1:log")
    #expect(rate?.name == "learning_rate" && rate?.values == 1e-4...1e-1 && rate?.isLogarithmic == true)
  }

  @Test func predictor() throws {
    let folder = try TemporaryFolder()
    let photos = folder("photos")
    try FileManager.default.createDirectory(atPath: photos, withIntermediateDirectories: true)
    try Data("P6 1 1 255\n123".utf8).write(to: URL(fileURLWithPath: photos + "/1.ppm"))
    let data = try loadDataset(DataSelection("bundled", trainSize: 32, validationSize: 0))
    let checkpoint = try Trainer(recipe: Recipe(model: "wrn_10_1", batchSize: 32), data: data).checkpoint()
    let predictor = try Predictor(checkpoint, name: "epoch-00200.safetensors")
    try predictor.predict(ImageFileList(at: [photos])) { file, outcome in
      guard case .success(let prediction) = outcome else { return }
      for label in prediction.top(3) {
        print(file.path, predictor.info.classNames[label], prediction.probabilities[label])
      }
    }
    #expect(predictor.info.classNames == data.classNames)
  }

  @Test func policy() throws {
    let policy = Policy(entries: [
      try PolicyEntry(operation: .rotate, probability: 4, magnitude: 7),
      try PolicyEntry(operation: Operation(named: "Cutout"), probability: 10, magnitude: 2),
    ])
    let program = policy.program()  // none, one or both, as `operationCount` says
    #expect(program.alternatives.map(\.steps.count) == [2])
    #expect(program.alternatives.map(\.countDistribution) == [[0.2, 0.3, 0.5]])
  }

  @Test func imageAugmenter() {
    var bytes = [UInt8](repeating: 7, count: 5 * 6 * 3)
    let rotation = AugmentationProgram.Step(operation: .rotate, probability: 1, magnitude: 7)
    let augmenter = ImageAugmenter(
      program: AugmentationProgram(alternatives: [.init(steps: [rotation], countDistribution: nil)]),
      seed: 1, trial: 0)
    var workspace = ImageWorkspace(width: 5, height: 6)
    bytes.withUnsafeMutableBufferPointer {
      augmenter.write(
        sample: 7, epoch: 0, of: UnsafeBufferPointer($0), fill: (124, 116, 104), into: $0, using: &workspace)
    }
    // The corners come from outside of the image.
    #expect(Array(bytes.prefix(3)) == [124, 116, 104])
    #expect(bytes.contains(7))
  }

  @Test func batchAugmenter() {
    let images = ImageStack(count: 8, height: 6, width: 5, pixels: (0..<720).map { UInt8($0 % 251) })
    let rotation = AugmentationProgram.Step(operation: .rotate, probability: 0.4, magnitude: 7)
    let augmenter = BatchAugmenter(
      program: AugmentationProgram(alternatives: [.init(steps: [rotation], countDistribution: nil)]),
      tail: BatchTail(
        cropPadding: 4, flip: true, mean: [0.5, 0.5, 0.5], standardDeviation: [0.25, 0.25, 0.25],
        layout: .nchw),
      seed: 1, trial: 0)
    var batch = [Float](repeating: 0, count: 2 * 3 * images.height * images.width)
    batch.withUnsafeMutableBufferPointer {
      augmenter.write(samples: [7, 3], of: images, epoch: 0, into: $0, threads: 2)
    }
    // 0 to 255 under this mean and deviation.
    #expect(batch.allSatisfy { (-2...2).contains($0) })
    #expect(Set(batch).count > 10)
  }

  @Test func scaledOperation() throws {
    let turn = try ScaledOperation(.rotate, from: 0, to: 270, steps: 4, isSigned: false)
    let steps = turn.magnitudes  // 0...3
    let half = turn.parameter(magnitude: 2)  // 180 degrees
    #expect(steps == 0...3 && half == 180)
  }

  @Test func searchSpace() throws {
    let digits = try SearchSpace(
      name: "digits", operationCount: [0.4, 0.6],
      choices: [
        .init(ScaledOperation(.rotate, from: 0, to: 15), entries: 2),
        .init(ScaledOperation(.autoContrast), entries: 1),
      ])
    let begin = digits.start.entries.map(\.operation)  // Rotate, AutoContrast, Rotate
    #expect(begin == [.rotate, .autoContrast, .rotate])
  }

  @Test func operation() {
    let tint = Operation(
      name: "Tint", unit: .level, parameters: 0...256, scale: { Double(20 * $0) }
    ) { image, arguments in
      let least = UInt8(clamping: Int(arguments.parameter))
      let pixels = image.pixels.enumerated().map { $0.offset % 4 == 0 ? max($0.element, least) : $0.element }
      return RGBAImage(width: image.width, height: image.height, pixels: pixels)
    }
    let space = SearchSpace(operations: [.rotate, .cutout, tint], copies: 2)
    let black = RGBAImage(width: 1, height: 2, pixels: [0, 0, 0, 255, 200, 9, 0, 255])
    #expect(black.applying(tint, parameter: 100).pixels == [100, 0, 0, 255, 200, 9, 0, 255])
    #expect(space.start.entries.map(\.operation) == [.rotate, .cutout, tint, .rotate, .cutout, tint])
  }

  @Test func tensor() throws {
    let weights = try Tensor([1, 2, 3] as [Float], shape: [3])
    try weights.setRequiresGradient(true)
    let loss = try (weights * weights).sum()
    try loss.backward()
    let gradient = try weights.gradient()?.elements(Float.self)  // [2, 4, 6]
    #expect(gradient == [2, 4, 6])
  }

  @Test func trainer() throws {
    let schedule = try Schedule(name: "none", segments: [.init(epochs: 2, policy: Policy(entries: []))])
    let data = try loadDataset(DataSelection("bundled", trainSize: 64, validationSize: 32))
    let recipe = Recipe(model: "wrn_10_1", epochs: 2, batchSize: 32)
    let trainer = try Trainer(recipe: recipe, data: data)
    for epoch in 0..<recipe.epochs {
      let metrics = try trainer.trainEpoch(schedule.program(atEpoch: epoch))
      print(metrics.loss, metrics.accuracy)
    }
    let accuracy = try trainer.evaluate(data.validation).accuracy
    let file = try trainer.checkpoint()  // safetensors
    #expect((0...1).contains(accuracy))
    #expect(try Trainer.checkpointInfo(file, name: "file").epoch == 2)
  }

  @Test func policyChoice() throws {
    let choice = try PolicyChoice("rcifar10", dataset: "bundled", seed: 0)
    let program = try choice.program(epoch: 1, totalEpochs: 2, order: .schedule, width: 28, height: 28)
    #expect(program.alternatives.map(\.steps.count) == [30])
  }
}
