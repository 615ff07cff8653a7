import Models
import Testing
import Torch

/// What holds for networks of every family.
@Suite struct NetworkTests {
  static let small = ["wrn_10_1", "ss_2", "pyramid_net_11_6"]
  static let random = ["ss_2", "pyramid_net_11_6"]

  @Test func everyFamilySaysHowItsNamesLook() {
    #expect(["wrn_D_K", "ss_W", "pyramid_net_D_G"].allSatisfy(ModelSpec.patterns.contains))
    let error = #expect(throws: ModelError.self) { try ModelSpec.named("resnet") }
    #expect(error?.description.contains(ModelSpec.patterns) == true)
  }

  /// The sides of the last two need not be multiples of 4.
  @Test(arguments: small, [(32, 32), (8, 24), (30, 37), (9, 14), (3, 1)])
  func scoresImagesOfAnySize(model: String, size: (height: Int, width: Int)) throws {
    let network = try Network(.named(model), classes: 7, generator: Generator(seed: 1))
    let images = try noise([3, 3, size.height, size.width])
    for mode in [Mode.evaluation, .training(try Generator(seed: 2))] {
      for precision in [Precision.fp32, .bf16] {
        let logits = try withPrecision(precision, on: .cpu) { try network.model.logits(images, mode) }
        #expect(logits.shape == [3, 7])
        #expect(try logits.converted(to: .float32).elements(Float.self).allSatisfy(\.isFinite))
      }
    }
  }

  @Test(arguments: small) func evaluationIsAFunctionOfTheImageAlone(model: String) throws {
    let network = try Network(.named(model), classes: 5, generator: Generator(seed: 2))
    let images = try noise([4, 3, 8, 8])
    let one = try images.narrowed(0, start: 2, length: 1)
    try withoutGradients {
      let together = try network.model.logits(images, .evaluation)
      #expect(
        try network.model.logits(images, .evaluation).elements(Float.self) == together.elements(Float.self))
      let alone = try network.model.logits(one, .evaluation)
      #expect(try (together.narrowed(0, start: 2, length: 1) - alone).norm().item() < 1e-4)
    }
  }

  @Test(arguments: small) func trainingIsDecidedByTheGenerator(model: String) throws {
    let network = try Network(.named(model), classes: 5, generator: Generator(seed: 2))
    let images = try noise([4, 3, 8, 8])
    func scores(_ seed: UInt64) throws -> [Float] {
      try network.model.logits(images, .training(Generator(seed: seed))).elements(Float.self)
    }
    #expect(try scores(1) == scores(1))
    #expect(try (scores(1) != scores(2)) == Self.random.contains(model))
    // One generator goes on from step to step.
    let generator = try Generator(seed: 3)
    let steps = try (0..<2).map { _ in
      try network.model.logits(images, .training(generator)).elements(Float.self)
    }
    #expect((steps[0] != steps[1]) == Self.random.contains(model))
  }

  /// In bf16 factors are rounded to the activations' type; the loss must stay near that of fp32.
  @Test(arguments: small) func halfPrecisionStaysNear(model: String) throws {
    let network = try Network(.named(model), classes: 5, generator: Generator(seed: 2))
    let images = try noise([16, 3, 16, 16])
    let labels = try Tensor((0..<16).map { Int64($0 % 5) }, shape: [16])
    func loss(_ precision: Precision, _ mode: Mode) throws -> Double {
      try withPrecision(precision, on: .cpu) {
        try network.model.logits(images, mode).crossEntropy(labels).item()
      }
    }
    let exact = try loss(.fp32, .training(Generator(seed: 1)))
    let rounded = try loss(.bf16, .training(Generator(seed: 1)))
    #expect(abs(exact - rounded) < 0.05 * exact)
    #expect(try abs(loss(.fp32, .evaluation) - loss(.bf16, .evaluation)) < 0.05 * exact)
  }

  @Test(arguments: [("wrn_10_1", 397), ("ss_2", 37), ("pyramid_net_11_6", 97)])
  func gradientsOfEvaluationMatchFiniteDifferences(model: String, stride: Int) throws {
    let check = try GradientCheck(model, stride: stride) { .evaluation }
    #expect(check.entries.count > 100)
    #expect(check.entries.contains { abs($0.gradient) > 1e-3 })
    for entry in check.entries { #expect(entry.isEqual, "\(entry)") }
  }

  @Test func gradientsOfTrainingMatchFiniteDifferences() throws {
    let check = try GradientCheck("wrn_10_1", stride: 397) { .training(try Generator(seed: 1)) }
    #expect(check.entries.count > 100)
    for entry in check.entries { #expect(entry.isEqual, "\(entry)") }
  }

  /// The head's gradient depends only on the forward pass; below it, the backward pass shows.
  @Test(arguments: [("ss_2", 37), ("pyramid_net_11_6", 97)])
  func gradientsOfRandomTrainingUseNumbersOfTheirOwn(model: String, stride: Int) throws {
    let check = try GradientCheck(model, stride: stride) { .training(try Generator(seed: 1)) }
    let head = check.entries.filter { $0.name.hasPrefix("linear") }
    #expect(!head.isEmpty)
    for entry in head { #expect(entry.isEqual, "\(entry)") }
    let body = check.entries.filter { $0.name.hasPrefix("stage") && abs($0.gradient) > 1e-4 }
    #expect(body.count > 30)
    #expect(body.filter(\.isEqual).count < body.count / 4)
  }
}
