import Models
import Testing
import Text
import Torch

@Suite struct MultiplyAddsTests {
  /// What one image of 32 × 32 pixels takes in the forward pass, counted while the network runs.
  private func counted(_ model: String) throws -> Int {
    let network = try Network(.named(model), classes: 10, generator: Generator(seed: 1))
    let images = try noise([2, 3, 32, 32])
    return try withoutGradients {
      try countingMultiplyAdds { try network.model.logits(images, .evaluation) }.count / 2
    }
  }

  /// A Wide-ResNet by its definition: a 3×3 convolution costs places · 9 · inputs · outputs.
  private func wideResNet(blocks: Int, width: Int) -> Int {
    var total = 32 * 32 * 9 * 3 * 16
    var inputs = 16
    for (side, outputs) in [(32, 16 * width), (16, 32 * width), (8, 64 * width)] {
      total += side * side * 9 * (inputs * outputs + (2 * blocks - 1) * outputs * outputs)
      inputs = outputs
    }
    return total + inputs * 10
  }

  @Test(arguments: [("wrn_40_2", 6, 2), ("wrn_28_2", 4, 2), ("wrn_28_10", 4, 10), ("wrn_10_1", 1, 1)])
  func wideResNetsTakeWhatTheirDefinitionSays(model: String, blocks: Int, width: Int) throws {
    #expect(try counted(model) == wideResNet(blocks: blocks, width: width))
  }

  @Test func theKnownFiguresComeOut() throws {
    let small = try counted("wrn_40_2")
    #expect(small == 326_026_496)
    // A training step is known to take 1.97 GFLOP an image with projections on the shortcuts, which this has not.
    #expect(abs(Double(6 * small) / 1e9 - 1.97) < 0.02)
    #expect(try counted("wrn_28_10") == 5_214_492_928)
  }

  @Test func bothBranchesOfShakeShakeCount() throws {
    // 32, 64 and 128 channels, four blocks of two branches of two convolutions each; the first block of a stage has two
    // 1×1 convolutions on its shortcut, each to half of the channels.
    var total = 32 * 32 * 9 * 3 * 16
    var inputs = 16
    for (side, outputs) in [(32, 32), (16, 64), (8, 128)] {
      total += side * side * (2 * 9 * (inputs * outputs + 7 * outputs * outputs) + inputs * outputs)
      inputs = outputs
    }
    #expect(try counted("ss_32") == total + 128 * 10)
  }
}
