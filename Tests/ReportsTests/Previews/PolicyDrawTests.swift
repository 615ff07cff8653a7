import Augmentation
import Images
import Policies
import Reports
import Testing

@Suite struct PolicyDrawTests {
  private func applied(_ step: AugmentationProgram.Step, samples: Int = 40) -> [[AppliedOperation]] {
    let program = AugmentationProgram(alternatives: [.init(steps: [step], countDistribution: nil)])
    let tail = BatchTail(
      cropPadding: 0, flip: false, cutout: 0, mean: [0, 0, 0], standardDeviation: [1, 1, 1], layout: .nhwc)
    let augmenter = BatchAugmenter(program: program, tail: tail, seed: 3, trial: 0)
    let images = ImageStack(
      count: samples, height: 4, width: 4, pixels: [UInt8](repeating: 9, count: samples * 48))
    return (0..<samples).map { augmenter.preview(sample: $0, of: images, epoch: 0).applied }
  }

  @Test func wordsHaveTheMagnitudeOfTheSearch() {
    let fired = applied(.init(operation: .translateY, probability: 0.6, magnitude: 7)).compactMap(\.first)
    #expect(fired.allSatisfy { $0.magnitude == 7 })
    for one in fired {
      #expect(one.words() == (one.parameter < 0 ? "TranslateY −7, p 0.6" : "TranslateY 7, p 0.6"))
    }
    #expect(Set(fired.map { $0.words() }).count == 2)
  }

  @Test func wordsHaveTheParameterWhereThereIsNoMagnitude() {
    let rotate = AugmentationProgram.Step(operation: .rotate, probability: 1, parameter: -9)
    #expect(applied(rotate, samples: 1)[0].map { $0.words() } == ["Rotate −9°, p 1.0"])
    let brighter = AugmentationProgram.Step(operation: .brightness, probability: 1, parameter: 1.27)
    #expect(applied(brighter, samples: 1)[0].map { $0.words() } == ["Brightness ×1.27, p 1.0"])
    #expect(applied(brighter, samples: 1)[0].map(\.magnitude) == [nil])
  }

  @Test("words of another space have the parameter with its sign")
  func otherSpace() {
    func words(_ operation: Augmentation.Operation, _ parameter: Double) -> String {
      let step = AugmentationProgram.Step(
        operation: operation, probability: 1, magnitude: 4, parameter: parameter, opposite: nil,
        followsSize: false)
      return applied(step, samples: 1)[0][0].words(ofOtherSpace: true)
    }
    #expect(words(.zoom, -0.5) == "Zoom 4 (÷1.5), p 1.0")
    #expect(words(.zoom, 0.5) == "Zoom 4 (×1.5), p 1.0")
    #expect(words(.rotate, -30) == "Rotate 4 (−30°), p 1.0")
    #expect(words(.rotate, Operation.rotate.parameter(magnitude: 4)) == "Rotate 4 (12°), p 1.0")
  }

  @Test func wordsOfAnOperationWithoutParameterHaveNoStrength() {
    let invert = AugmentationProgram.Step(operation: .invert, probability: 1, magnitude: 8)
    #expect(applied(invert, samples: 1)[0].map { $0.words() } == ["Invert, p 1.0"])
  }

  @Test("a draw is what training applies", arguments: PolicyOrder.allCases)
  func training(_ order: PolicyOrder) throws {
    let image = slope(width: 12, height: 10)
    let tail = BatchTail(
      cropPadding: 0, flip: false, cutout: 0, mean: [0, 0, 0], standardDeviation: [1, 1, 1], layout: .nhwc)
    let program = try Schedule.named("rcifar10").program(atEpoch: 99, order: order)
    let rgb = image.pixels.indices.filter { $0 % 4 != 3 }.map { image.pixels[$0] }
    let stack = ImageStack(count: 1, height: 10, width: 12, pixels: rgb)
    for number in 1...6 {
      let policy = try previewed("rcifar10", order: order, seed: 5)
      let draw = try policy.draw(number, of: image, index: 2, epoch: 100)
      let augmenter = BatchAugmenter(
        program: program, tail: tail, seed: 5 + 2 << 32, trial: number - 1)
      let expected = augmenter.preview(sample: 0, of: stack, epoch: 99)
      #expect(draw.image == expected.image)
      #expect(draw.applied == expected.applied)
      #expect(draw.lines == (expected.applied.isEmpty ? ["nothing"] : expected.applied.map { $0.words() }))
    }
  }

  @Test("a picture says in which order a schedule is played")
  func order() throws {
    #expect(try previewed("rcifar10").name == "rcifar10")
    #expect(try previewed("rcifar10", order: .last).name == "rcifar10@last")
  }

  @Test func epochsOfAPolicyAreSpread() throws {
    #expect(try previewed("rcifar10").moments == [1, 50, 100, 150, 200])
    #expect(try previewed("rsvhn").moments == [1, 40, 80, 120, 160])
    #expect(try previewed("random").moments == [1])
    #expect(try previewed("autoaugment").moments.isEmpty)
  }

  @Test func transparencyIsShownAsTheMean() {
    let image = RGBAImage(width: 2, height: 1, pixels: [255, 0, 0, 255, 9, 9, 9, 0])
    #expect(image.shown.pixels == [255, 0, 0, 255, 125, 122, 113, 255])
    #expect(image.shown(side: 2) == image.shown)
    let wide = slope(width: 40, height: 10).shown(side: 16)
    #expect([wide.width, wide.height] == [16, 4])
  }
}
