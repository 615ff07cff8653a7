import Augmentation
import Testing

@Suite("Lengths in pixels on images of other sizes")
struct PixelScaleTests {
  /// Lengths on 32 × 32 images, and what they are on others.
  @Test(arguments: [
    (
      side: 8, cutout: [16: 4, 20: 6, 18: 4, 2: 0], padding: [4: 1, 0: 0, 2: 1],
      shift: [9.0: 2.0, 1: 0, 2: 1]
    ),
    (side: 28, cutout: [16: 14, 20: 18], padding: [4: 4], shift: [9: 8, 4: 4]),
    (side: 20, cutout: [16: 10, 18: 12], padding: [4: 3], shift: [9: 6, 8: 5]),
    (side: 32, cutout: [16: 16, 15: 15], padding: [4: 4], shift: [9: 9, 0.25: 0.25]),
    (side: 48, cutout: [16: 24], padding: [4: 6], shift: [9: 14, 1: 2]),
    (side: 224, cutout: [16: 112], padding: [4: 28], shift: [9: 63]),
  ])
  func lengths(side: Int, cutout: [Int: Int], padding: [Int: Int], shift: [Double: Double]) {
    // The shorter side decides.
    for scale in [PixelScale(width: side, height: side), PixelScale(width: 500, height: side)] {
      for (length, expected) in cutout { #expect(scale.cutout(length) == expected, "Cutout \(length)") }
      for (length, expected) in padding { #expect(scale.padding(length) == expected, "padding \(length)") }
      for (length, expected) in shift {
        #expect(scale.length(length) == expected, "\(length)")
        #expect(scale.length(-length) == -expected, "the other direction is as long")
      }
      // A blur is not rounded.
      #expect(scale.length(1.8, grain: Operation.gaussianBlur.grain) == 1.8 * Double(side) / 32)
    }
  }

  @Test("only steps that a magnitude of the search gave their pixels change")
  func programs() {
    let kept = AugmentationProgram.Step(
      operation: .translateX, probability: 1, parameter: 7, opposite: -7)
    let steps = Operation.catalogue.map {
      AugmentationProgram.Step(operation: $0, probability: 0.5, magnitude: 9)
    }
    let program = AugmentationProgram(
      alternatives: [.init(weight: 2, steps: steps + [kept], countDistribution: [0.5, 0.5])], draws: 3)
    let scaled = program.scaled(by: PixelScale(width: 64, height: 80))
    #expect(scaled.draws == 3 && scaled.alternatives.count == 1)
    #expect(scaled.alternatives[0].countDistribution == [0.5, 0.5] && scaled.alternatives[0].weight == 2)
    for (old, new) in zip(steps + [kept], scaled.alternatives[0].steps) {
      let factor = old.operation.unit == .pixels && old != kept ? 2.0 : 1
      #expect(new.operation == old.operation && new.probability == old.probability)
      #expect(new.magnitude == old.magnitude)
      #expect(new.parameter == factor * old.parameter, "\(old.operation)")
      #expect(new.opposite == old.opposite.map { factor * $0 }, "\(old.operation)")
    }
    #expect(program.largestCutout == 18 && scaled.largestCutout == 36)
    #expect(program.scaled(by: .none) == program)
    #expect(program.scaled(by: PixelScale(width: 32, height: 100)) == program)
  }

  @Test("steps on the largest images are within the operations' ranges")
  func largest() {
    for side in [1, 65535] {
      for operation in Operation.catalogue {
        let step = AugmentationProgram.Step(operation: operation, probability: 1, magnitude: 9)
        let program = AugmentationProgram(alternatives: [.init(steps: [step], countDistribution: nil)])
        let scaled = program.scaled(by: PixelScale(width: side, height: side)).alternatives[0].steps[0]
        #expect(operation.parameters.contains(scaled.parameter))
      }
    }
  }

  @Test(arguments: [
    (side: 16, width: 8, height: 8, share: 1.0), (16, 32, 32, 0.25), (16, 20, 20, 0.64), (15, 28, 28, 0.25),
    (16, 8, 64, 0.25), (0, 8, 8, 0), (1, 8, 8, 0), (16, 1, 1, 1),
  ])
  func shareThatCutoutCovers(side: Int, width: Int, height: Int, share: Double) {
    #expect(abs(cutoutShare(side: side, width: width, height: height) - share) < 1e-12)
  }
}
