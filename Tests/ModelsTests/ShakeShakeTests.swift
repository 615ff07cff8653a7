import Models
import Testing
import Torch

@Suite struct ShakeShakeTests {
  @Test(arguments: [
    ("ss_32", 10, 2_923_162), ("ss_96", 10, 26_192_922), ("ss_112", 10, 35_640_442),
    ("ss_96", 100, 26_227_572),
  ])
  func hasThePublishedNumberOfParameters(name: String, classes: Int, count: Int) throws {
    let variables = Variables(generator: try Generator(seed: 0))
    _ = try ModelSpec.named(name).build(variables.root, classes)
    #expect(variables.parameterCount == count)
  }

  @Test func namesItsParametersByPlace() throws {
    let variables = Variables(generator: try Generator(seed: 0))
    _ = try ModelSpec.named("ss_2").build(variables.root, 10)
    let names = variables.parameters.map(\.name)
    #expect(names.first == "conv.weight" && names.last == "linear.bias")
    #expect(names.contains("stage2.block3.branch1.conv2.weight"))
    // A skip path has weights where channels change: at each stage's first block.
    #expect(names.filter { $0.hasSuffix("skip.conv2.weight") }.count == 3)
    #expect(Set(names).count == names.count)
  }

  @Test(arguments: [
    ("ss", "expected ss_W"), ("ss_", "expected ss_W"), ("ss_9", "an even number"), ("ss_0", "from 2 to 1024"),
    ("ss_-2", "from 2 to 1024"), ("ss_2000", "from 2 to 1024"), ("ss_32_2", "expected ss_W"),
    ("ss_99999999999999999999", "expected ss_W"), ("shake_shake_32", "there is no model"),
  ])
  func refusesNamesWithACure(name: String, cure: String) {
    let error = #expect(throws: ModelError.self) { try ModelSpec.named(name) }
    #expect(error?.description.contains(cure) == true)
  }

  @Test func sharesOfTheTwoBranchesAddUpToOne() throws {
    let (blocks, images) = (12, 500)
    let shares = try ShakeShake.shares(blocks: blocks, images: images, Generator(seed: 4))
    #expect(shares.forward.count == 2 * blocks * images && shares.backward.count == 2 * blocks * images)
    for direction in [shares.forward, shares.backward] {
      #expect(direction.allSatisfy { (0...1).contains($0) })
      var low = 0
      for block in 0..<blocks {
        for image in 0..<images {
          let own = direction[2 * block * images + image]
          let other = direction[(2 * block + 1) * images + image]
          #expect(abs(own + other - 1) < 1e-6)
          if own < 0.25 { low += 1 }
        }
      }
      // A share u / (u + v) is below a quarter with probability 1/6; a uniform one would be with 1/4.
      #expect(abs(Double(low) / Double(blocks * images) - 1.0 / 6) < 0.025)
    }
  }

  @Test func everyBlockImageAndDirectionDrawsItsOwnShares() throws {
    let shares = try ShakeShake.shares(blocks: 3, images: 40, Generator(seed: 4))
    var firstBranches: [Float] = []
    for direction in [shares.forward, shares.backward] {
      for block in 0..<3 { firstBranches += direction[(80 * block)..<(80 * block + 40)] }
    }
    #expect(Set(firstBranches).count == firstBranches.count)
  }

  @Test func equalGeneratorsGiveEqualShares() throws {
    func shares(_ seed: UInt64) throws -> [Float] {
      try ShakeShake.shares(blocks: 2, images: 5, Generator(seed: seed)).forward
    }
    #expect(try shares(1) == shares(1))
    #expect(try shares(1) != shares(2))
  }
}
