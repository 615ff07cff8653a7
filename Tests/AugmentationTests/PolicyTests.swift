import Augmentation
import Testing

@Suite struct PolicyTests {
  typealias Step = AugmentationProgram.Step

  static let tail = BatchTail(mean: [0, 0, 0], standardDeviation: [1, 1, 1], layout: .nhwc)
  static let images = noiseStack(count: 8000, width: 2, height: 2)

  /// Returns what was applied to each of many samples.
  static func applied(_ alternatives: [AugmentationProgram.Alternative], seed: UInt64 = 3)
    -> [[AppliedOperation]]
  {
    let augmenter = BatchAugmenter(
      program: AugmentationProgram(alternatives: alternatives), tail: tail, seed: seed, trial: 0)
    return (0..<images.count).map { augmenter.preview(sample: $0, of: images, epoch: 0).applied }
  }

  static func share(_ applied: [[AppliedOperation]], _ condition: ([AppliedOperation]) -> Bool) -> Double {
    Double(applied.count(where: condition)) / Double(applied.count)
  }

  static func steps(probability: Double) -> [Step] {
    Operation.catalogue.map { Step(operation: $0, probability: probability, magnitude: 4) }
  }

  // A share of 8,000 samples has a standard error of at most 0.0056; the tests allow five.
  static let tolerance = 0.028

  @Test func countsFollowTheirDistribution() {
    let applied = Self.applied([
      .init(steps: Self.steps(probability: 1), countDistribution: [0.2, 0.3, 0.5])
    ])
    for (count, expected) in [0.2, 0.3, 0.5].enumerated() {
      #expect(abs(Self.share(applied) { $0.count == count } - expected) < Self.tolerance)
    }
    #expect(applied.allSatisfy { $0.count <= 2 })
  }

  @Test func aCountThatCannotBeReachedAppliesWhatFires() {
    let two = [
      Step(operation: .invert, probability: 1, magnitude: 0),
      Step(operation: .rotate, probability: 0, magnitude: 3),
    ]
    let applied = Self.applied([.init(steps: two, countDistribution: [0, 0, 1])])
    #expect(applied.allSatisfy { $0.map(\.operation) == [.invert] })
    let none = Self.applied([.init(steps: [], countDistribution: [0, 0, 1])])
    #expect(none.allSatisfy { $0.isEmpty })
  }

  @Test func everyStepIsEquallyLikelyToComeFirst() {
    let applied = Self.applied([.init(steps: Self.steps(probability: 1), countDistribution: [0, 1])])
    for operation in Operation.catalogue {
      let share = Self.share(applied) { $0.first?.operation == operation }
      #expect(abs(share - 1 / Double(Operation.catalogue.count)) < Self.tolerance)
    }
  }

  @Test func eachStepFiresWithItsProbability() {
    let steps = [
      Step(operation: .invert, probability: 0.3, magnitude: 0),
      Step(operation: .color, probability: 0.8, magnitude: 1),
    ]
    let walked = Self.applied([.init(steps: steps, countDistribution: [0, 0, 1])])
    let inOrder = Self.applied([.init(steps: steps, countDistribution: nil)])
    for applied in [walked, inOrder] {
      #expect(abs(Self.share(applied) { $0.contains { $0.operation == .invert } } - 0.3) < Self.tolerance)
      #expect(abs(Self.share(applied) { $0.contains { $0.operation == .color } } - 0.8) < Self.tolerance)
      #expect(abs(Self.share(applied) { $0.count == 2 } - 0.24) < Self.tolerance)
    }
    // The walk is shuffled, the list is not.
    let both = walked.filter { $0.count == 2 }
    let invertFirst = Double(both.count { $0[0].operation == .invert }) / Double(both.count)
    #expect(abs(invertFirst - 0.5) < 0.06)
    #expect(inOrder.filter { $0.count == 2 }.allSatisfy { $0[0].operation == .invert })
  }

  @Test func theFirstOfTheWalkIsFavouredByItsProbability() {
    // One of two steps is applied. A fires when it comes first (1/2), or when it comes second and B stays out.
    let steps = [
      Step(operation: .invert, probability: 1, magnitude: 0),
      Step(operation: .color, probability: 0.4, magnitude: 1),
    ]
    let applied = Self.applied([.init(steps: steps, countDistribution: [0, 1])])
    #expect(abs(Self.share(applied) { $0.first?.operation == .invert } - 0.8) < Self.tolerance)
    #expect(applied.allSatisfy { $0.count == 1 })
  }

  @Test func signsAreEvenAndOnlyOfSignedOperations() {
    let applied = Self.applied([.init(steps: Self.steps(probability: 1), countDistribution: nil)])
    for (index, operation) in Operation.catalogue.enumerated() {
      let negative = Self.share(applied) { $0[index].parameter < 0 }
      if operation.isSigned {
        #expect(abs(negative - 0.5) < Self.tolerance, "\(operation)")
      } else {
        #expect(negative == 0, "\(operation)")
      }
    }
  }

  @Test func cutoutCentersAreUniformOverTheImage() {
    let steps = [Step(operation: .cutout, probability: 1, magnitude: 1)]
    let applied = Self.applied([.init(steps: steps, countDistribution: nil)])
    for y in 0..<2 {
      for x in 0..<2 {
        #expect(abs(Self.share(applied) { $0[0].center == SIMD2(x, y) } - 0.25) < Self.tolerance)
      }
    }
    let other = Self.applied([
      .init(steps: [Step(operation: .color, probability: 1, magnitude: 1)], countDistribution: nil)
    ])
    #expect(other.allSatisfy { $0[0].center == nil })
  }

  @Test func alternativesAreDrawnByWeight() {
    let alternatives = [(1.0, Operation.invert), (3.0, .color), (0.0, .rotate)].map { weight, operation in
      AugmentationProgram.Alternative(
        weight: weight, steps: [Step(operation: operation, probability: 1, magnitude: 2)],
        countDistribution: nil)
    }
    let applied = Self.applied(alternatives)
    #expect(abs(Self.share(applied) { $0.first?.operation == .invert } - 0.25) < Self.tolerance)
    #expect(abs(Self.share(applied) { $0.first?.operation == .color } - 0.75) < Self.tolerance)
  }

  @Test func thePreviewIsTheImageAfterTheAppliedOperations() {
    let images = noiseStack(count: 40, width: 9, height: 7)
    let augmenter = BatchAugmenter(
      program: AugmentationProgram(alternatives: [
        .init(steps: Self.steps(probability: 0.5), countDistribution: [0.2, 0.3, 0.5])
      ]), tail: Self.tail, seed: 9, trial: 2)
    for sample in 0..<images.count {
      let (image, applied) = augmenter.preview(sample: sample, of: images, epoch: 4)
      let expected = applied.reduce(images.image(at: sample)) { image, step in
        image.applying(
          step.operation, parameter: step.parameter, center: (step.center?.x ?? 0, step.center?.y ?? 0),
          key: step.key ?? 0)
      }
      #expect(image == expected)
    }
  }
}
