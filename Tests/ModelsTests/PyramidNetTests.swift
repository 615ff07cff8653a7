import Models
import Testing
import Torch

@Suite struct PyramidNetTests {
  @Test(arguments: [("pyramid_net", 10, 26_210_842), ("pyramid_net_272_200", 100, 26_288_692)])
  func hasThePublishedNumberOfParameters(name: String, classes: Int, count: Int) throws {
    let variables = Variables(generator: try Generator(seed: 0))
    _ = try ModelSpec.named(name).build(variables.root, classes)
    #expect(variables.parameterCount == count)
  }

  @Test func namesItsParametersByPlace() throws {
    let variables = Variables(generator: try Generator(seed: 0))
    _ = try ModelSpec.named("pyramid_net_29_24").build(variables.root, 10)
    let names = variables.parameters.map(\.name)
    #expect(names.first == "conv.weight" && names.last == "linear.bias")
    #expect(names.contains("stage3.block2.bn4.bias"))
    #expect(!names.contains("stage3.block3.bn4.bias"))
    #expect(Set(names).count == names.count)
  }

  @Test func widthsGrowEvenly() {
    let widths = PyramidNet.widths(blocks: 90, growth: 200)
    #expect(widths.count == 90)
    #expect(widths.prefix(5) == [18, 20, 23, 25, 27])
    #expect([widths[29], widths[30], widths[59], widths[60], widths[89]] == [83, 85, 149, 152, 216])
    // Halves round up.
    #expect(PyramidNet.widths(blocks: 6, growth: 3) == [17, 17, 18, 18, 19, 19])
  }

  @Test(arguments: [
    ("pyramid_net_", "expected pyramid_net"), ("pyramid_net_29", "expected pyramid_net"),
    ("pyramid_net_29_x", "expected pyramid_net"), ("pyramid_net_29_24_1", "expected pyramid_net"),
    ("pyramid_net_28_24", "such as 29"), ("pyramid_net_2_24", "such as 11"),
    ("pyramid_net_9223372036854775807_24", "such as 1991"), ("pyramid_net_29_0", "expected 1 to 2000"),
    ("pyramid", "there is no model"), ("pyramid_nets", "there is no model"),
  ])
  func refusesNamesWithACure(name: String, cure: String) {
    let error = #expect(throws: ModelError.self) { try ModelSpec.named(name) }
    #expect(error?.description.contains(cure) == true)
  }

  // MARK: - ShakeDrop

  @Test func survivalFallsEvenlyToAHalf() {
    let shakeDrop = ShakeDrop(blocks: 90)
    let survival = (0..<90).map(shakeDrop.survival(ofBlock:))
    #expect(abs(survival[0] - 0.9944444) < 1e-6)
    #expect(survival[89] == 0.5)
    #expect(zip(survival, survival.dropFirst()).allSatisfy { abs($0 - $1 - 0.5 / 90) < 1e-12 })
  }

  @Test func aBranchSurvivesWholeOrCountsByARandomFactor() throws {
    let (blocks, images) = (5, 4000)
    let shakeDrop = ShakeDrop(blocks: blocks)
    let factors = try shakeDrop.factors(images: images, Generator(seed: 6))
    #expect(factors.forward.count == blocks * images && factors.backward.count == blocks * images)
    for block in 0..<blocks {
      let row = (block * images)..<((block + 1) * images)
      let pairs = zip(factors.forward[row], factors.backward[row])
      let dropped = pairs.filter { $0 != (1, 1) }
      let survival = shakeDrop.survival(ofBlock: block)
      #expect(abs(Double(images - dropped.count) / Double(images) - survival) < 0.03, "block \(block)")
      #expect(dropped.allSatisfy { (-1..<1).contains($0.0) && (0..<1).contains($0.1) })
      func mean(_ values: some Collection<Float>) -> Double {
        values.reduce(0) { $0 + Double($1) } / Double(values.count)
      }
      // The means of uniform numbers, and of all factors together the factor of evaluation.
      #expect(abs(mean(dropped.map(\.0))) < 0.12 && abs(mean(dropped.map(\.1)) - 0.5) < 0.06)
      #expect(dropped.contains { $0.0 < -0.9 } && dropped.contains { $0.0 > 0.8 })
      #expect(abs(mean(factors.forward[row]) - survival) < 0.04)
      // Forward and backward numbers know nothing of each other.
      let product = dropped.map { Double($0.0) * (Double($0.1) - 0.5) }
      #expect(abs(product.reduce(0, +) / Double(product.count)) < 0.05)
    }
  }
}
