import Augmentation
import Images
import Testing

/// Parameters between and beyond those of a search's magnitudes.
@Suite struct ParameterTests {
  @Test func magnitudesAreAScaleOfParameters() {
    let scales: [(Operation, [Double])] = [
      (.rotate, [0, 3, 6, 9, 12, 15, 18, 21, 24, 27]),
      (.translateX, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]),
      (.translateY, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]),
      (.shearX, [0, 0.03, 0.06, 0.09, 0.12, 0.15, 0.18, 0.21, 0.24, 0.27]),
      (.shearY, [0, 0.03, 0.06, 0.09, 0.12, 0.15, 0.18, 0.21, 0.24, 0.27]),
      (.brightness, [0.1, 0.28, 0.46, 0.64, 0.82, 1, 1.18, 1.36, 1.54, 1.72]),
      (.color, [0.1, 0.28, 0.46, 0.64, 0.82, 1, 1.18, 1.36, 1.54, 1.72]),
      (.contrast, [0.1, 0.28, 0.46, 0.64, 0.82, 1, 1.18, 1.36, 1.54, 1.72]),
      (.sharpness, [0.1, 0.28, 0.46, 0.64, 0.82, 1, 1.18, 1.36, 1.54, 1.72]),
      (.posterize, [4, 4, 4, 3, 3, 2, 2, 2, 1, 1]),
      (.solarize, [256, 231, 205, 180, 154, 128, 103, 77, 52, 26]),
      (.cutout, [0, 2, 4, 6, 8, 10, 12, 14, 16, 18]),
    ]
    for (operation, scale) in scales {
      for magnitude in Operation.magnitudes {
        #expect(abs(operation.parameter(magnitude: magnitude) - scale[magnitude]) < 1e-12, "\(operation)")
        #expect(operation.parameters.contains(operation.parameter(magnitude: magnitude)))
      }
    }
    #expect(
      scales.map(\.0.name).sorted() == OperationTests.ofPaper.filter(\.usesParameter).map(\.name).sorted())
  }

  @Test func quarterTurnsOfASquareLoseNothing() {
    for side in [1, 2, 7, 32] {
      let image = noiseImage(width: side, height: side)
      var quarter: [UInt8] = []
      // Counter-clockwise: the first row of the result is the last column of the image.
      for y in 0..<side {
        for x in 0..<side { quarter += image.pixel(side - 1 - y, x) }
      }
      let turned = RGBAImage(width: side, height: side, pixels: quarter)
      #expect(image.applying(.rotate, parameter: 90) == turned)
      #expect(image.applying(.rotate, parameter: -270) == turned)
      #expect(turned.applying(.rotate, parameter: 270) == image)
      #expect(image.applying(.rotate, parameter: 180) == turned.applying(.rotate, parameter: 90))
      #expect(image.applying(.rotate, parameter: 360) == image)
      #expect(image.applying(.rotate, parameter: -0.0) == image)
    }
  }

  @Test(arguments: [
    (0.49, 0), (0.5, 1), (-0.5, 0), (-0.51, -1), (1.5, 2), (4.83, 5), (-2.5, -2), (40, 40), (65536, 65536),
  ])
  func translationsGoToTheNearestPixelHalfUp(distance: Double, pixels: Int) {
    let image = noiseImage(width: 12, height: 11)
    for (operation, dx, dy) in [(Operation.translateX, pixels, 0), (.translateY, 0, pixels)] {
      let moved = image.applying(operation, parameter: distance)
      for y in 0..<11 {
        for x in 0..<12 {
          let isInside = (0..<12).contains(x + dx) && (0..<11).contains(y + dy)
          #expect(moved.pixel(x, y) == (isInside ? image.pixel(x + dx, y + dy) : [0, 0, 0, 0]))
        }
      }
    }
  }

  @Test func mixturesReachTheDegenerateImageAndGoBeyondTheImage() {
    let image = noiseImage(width: 6, height: 5)
    #expect(image.applying(.brightness, parameter: 0).colors.allSatisfy { $0 == [0, 0, 0] })
    #expect(image.applying(.color, parameter: 0).colors.allSatisfy { $0[0] == $0[1] && $0[1] == $0[2] })
    #expect(Set(image.applying(.contrast, parameter: 0).colors).count == 1)
    #expect(
      image.applying(.brightness, parameter: 2).colors
        == image.colors.map { $0.map { UInt8(min(255, 2 * Int($0))) } })
    for operation in [Operation.brightness, .color, .contrast, .sharpness] {
      #expect(image.applying(operation, parameter: 1) == image)
    }
  }

  @Test func bitsAndThresholdsOverTheirWholeRanges() {
    let image = noiseImage(width: 40, height: 30)
    for bits in 1...8 {
      let dropped = 8 - bits
      #expect(
        image.applying(.posterize, parameter: Double(bits)).colors
          == image.colors.map { $0.map { ($0 >> dropped) << dropped } })
    }
    for threshold in [0, 0.5, 1, 127.5, 128, 246.5, 255, 255.5, 256] {
      #expect(
        image.applying(.solarize, parameter: threshold).colors
          == image.colors.map { $0.map { Double($0) < threshold ? $0 : 255 - $0 } })
    }
  }

  @Test func anOddCutoutIsRoundedDown() {
    let image = noiseImage(width: 9, height: 9)
    let cut = image.applying(.cutout, parameter: 7, center: (4, 4))
    #expect(cut == image.applying(.cutout, parameter: 6, center: (4, 4)))
    #expect(cut.alphas.count { $0 == 0 } == 36)
  }

  @Test func unitsAreWrittenAsPeopleWriteThem() {
    let texts = [
      ParameterUnit.degrees.text(-27), ParameterUnit.slope.text(0.09), ParameterUnit.pixels.text(4),
      ParameterUnit.factor.text(1.3600000000000003), ParameterUnit.bits.text(4),
      ParameterUnit.level.text(246.5),
      ParameterUnit.exponent.text(1.47), ParameterUnit.turns.text(-0.18), ParameterUnit.turns.text(1),
      ParameterUnit.enlargement.text(0.3), ParameterUnit.enlargement.text(-0.25),
      ParameterUnit.deviation.text(12.5), ParameterUnit.quality.text(75), ParameterUnit.share.text(0.28),
      ParameterUnit.share.text(0.07), ParameterUnit.none.text(0),
    ]
    #expect(
      texts == [
        "-27°", "0.09", "4 px", "×1.36", "4 bits", "from 246.5", "^1.47", "-0.18 turns", "1 turn", "×1.3",
        "÷1.25", "12.5 levels", "quality 75", "28 %", "7 %", "",
      ])
  }

  @Test func theOppositeParameterComesHalfTheTime() {
    let step = AugmentationProgram.Step(operation: .color, probability: 1, parameter: 1.5, opposite: 0.5)
    let applied = PolicyTests.applied([.init(steps: [step], countDistribution: nil)])
    #expect(applied.allSatisfy { $0.count == 1 && [0.5, 1.5].contains($0[0].parameter) })
    #expect(abs(PolicyTests.share(applied) { $0[0].parameter == 0.5 } - 0.5) < PolicyTests.tolerance)
  }

  @Test func eachDrawIsMadeAnew() {
    let alternatives = [Operation.invert, .equalize, .autoContrast].map { operation in
      AugmentationProgram.Alternative(
        steps: [.init(operation: operation, probability: 1, magnitude: 0)], countDistribution: nil)
    }
    let augmenter = BatchAugmenter(
      program: AugmentationProgram(alternatives: alternatives, draws: 2), tail: PolicyTests.tail, seed: 1,
      trial: 0)
    let applied = (0..<PolicyTests.images.count).map {
      augmenter.preview(sample: $0, of: PolicyTests.images, epoch: 0).applied.map(\.operation)
    }
    #expect(applied.allSatisfy { $0.count == 2 })
    for first in alternatives.map(\.steps[0].operation) {
      for second in alternatives.map(\.steps[0].operation) {
        let share = Double(applied.count { $0 == [first, second] }) / Double(applied.count)
        #expect(abs(share - 1.0 / 9) < PolicyTests.tolerance)
      }
    }
  }
}
