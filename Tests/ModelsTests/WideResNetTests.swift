import Models
import Testing
import Torch

@Suite struct WideResNetTests {
  @Test(arguments: [
    ("wrn_40_2", 10, 2_232_794), ("wrn_28_2", 10, 1_456_858), ("wrn_28_10", 10, 36_220_634),
    ("wrn_28_10", 100, 36_278_324),
  ])
  func hasThePublishedNumberOfParameters(name: String, classes: Int, count: Int) throws {
    let variables = Variables(generator: try Generator(seed: 0))
    _ = try ModelSpec.named(name).build(variables.root, classes)
    #expect(variables.parameterCount == count)
  }

  @Test func namesItsParametersByPlace() throws {
    let variables = Variables(generator: try Generator(seed: 0))
    _ = try ModelSpec.named("wrn_16_1").build(variables.root, 10)
    let names = variables.parameters.map(\.name)
    #expect(names.first == "conv.weight")
    #expect(names.contains("group2.block1.conv2.weight"))
    #expect(names.suffix(4) == ["bn.weight", "bn.bias", "linear.weight", "linear.bias"])
    #expect(Set(names).count == names.count)
  }

  @Test func equalSeedsGiveEqualNetworks() throws {
    func weights(_ seed: UInt64) throws -> [Float] {
      let network = try Network(.named("wrn_10_1"), classes: 10, generator: Generator(seed: seed))
      return try network.variables.parameters.flatMap { try $0.tensor.elements(Float.self) }
    }
    #expect(try weights(4) == weights(4))
    #expect(try weights(4) != weights(5))
  }

  @Test(arguments: [
    ("resnet", "there is no model"), ("wrn_40", "expected wrn_D_K"), ("wrn_41_2", "such as 40"),
    ("wrn_4_2", "such as 10"), ("wrn_40_0", "expected 1 to 64"), ("wrn_40_2_3", "expected wrn_D_K"),
    ("", "there is no model"),
    ("wrn_99999999999999999999_1", "expected wrn_D_K"),
  ])
  func refusesNamesWithACure(name: String, cure: String) {
    let error = #expect(throws: ModelError.self) { try ModelSpec.named(name) }
    #expect(error?.description.contains(cure) == true)
  }

  @Test func runningStatisticsReplaceTheBatchOnEvaluation() throws {
    let generator = try Generator(seed: 2)
    let network = try Network(.named("wrn_10_1"), classes: 5, generator: generator)
    let images = try Tensor.zeros([4, 3, 8, 8])
    try images.fillNormal(deviation: 1, generator)
    let one = try images.narrowed(0, start: 0, length: 1)
    try withoutGradients {
      // On evaluation an image's scores do not depend on its neighbours; in training they do.
      let together = try network.model.logits(images, .evaluation).narrowed(0, start: 0, length: 1)
      let alone = try network.model.logits(one, .evaluation)
      #expect(try (together - alone).norm().item() < 1e-4)
      let trained = try network.model.logits(images, .training(generator)).narrowed(0, start: 0, length: 1)
      #expect(try (trained - alone).norm().item() > 1e-2)
    }
  }
}
