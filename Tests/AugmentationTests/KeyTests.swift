import Augmentation
import Images
import Testing

/// The key of an application, from which an operation's own random numbers follow.
@Suite struct KeyTests {
  /// Writes the eight bytes of the first random number over the first two pixels.
  static let stamp = Augmentation.Operation(name: "Stamp", unit: .none, usesKey: true) { image, arguments in
    var (pixels, random) = (image.pixels, arguments.random)
    let number = random.next()
    for index in 0..<8 { pixels[index] = UInt8(truncatingIfNeeded: number >> (8 * index)) }
    return RGBAImage(width: image.width, height: image.height, pixels: pixels)
  }

  private typealias Step = AugmentationProgram.Step

  private static func program(_ steps: [Step]) -> AugmentationProgram {
    AugmentationProgram(alternatives: [.init(steps: steps, countDistribution: nil)])
  }

  @Test func theNumbersFollowFromTheKey() {
    let image = noiseImage(width: 3, height: 2)
    for key: UInt64 in [0, 1, 1 << 33, .max] {
      let words = Philox4x32.block(
        counter: SIMD4(11 << 24, 0, 0, 0),
        key: SIMD2(UInt32(truncatingIfNeeded: key), UInt32(truncatingIfNeeded: key >> 32)))
      let stamped = image.applying(Self.stamp, parameter: 0, key: key)
      #expect(stamped.pixel(0, 0) == (0..<4).map { UInt8(truncatingIfNeeded: words[0] >> (8 * $0)) })
      #expect(stamped.pixel(1, 0) == (0..<4).map { UInt8(truncatingIfNeeded: words[1] >> (8 * $0)) })
      #expect(Array(stamped.pixels[8...]) == Array(image.pixels[8...]))
    }
    #expect(
      image.applying(Self.stamp, parameter: 0) == image.applying(Self.stamp, parameter: 0, key: 0))
  }

  /// A key is the last draw of its application, so nothing that was drawn before there were keys has moved.
  @Test func theKeyIsDrawnLastAndOnlyForOperationsThatUseIt() {
    let steps = [
      Step(operation: .rotate, probability: 0.5, magnitude: 7),
      Step(operation: Self.stamp, probability: 0.75, magnitude: 0),
      Step(operation: .cutout, probability: 0.5, magnitude: 3),
    ]
    let augmenter = ImageAugmenter(program: Self.program(steps), seed: 6, trial: 2)
    var keys: Set<UInt64> = []
    for sample in 0..<200 {
      var random = RandomStream(seed: 6, domain: .augmentation, trial: 2, epoch: 4, sample: sample)
      var expected: [(name: String, parameter: Double, center: SIMD2<Int>?, key: UInt64?)] = []
      if random.uniform() < 0.5 { expected.append(("Rotate", random.uniform() < 0.5 ? -21 : 21, nil, nil)) }
      if random.uniform() < 0.75 { expected.append(("Stamp", 0, nil, random.next() >> 11)) }
      if random.uniform() < 0.5 {
        let (y, x) = (random.uniform(below: 5), random.uniform(below: 9))
        expected.append(("Cutout", 6, SIMD2(x, y), nil))
      }
      let found = augmenter.draws(sample: sample, epoch: 4, width: 9, height: 5)
      #expect(found.map(\.operation.name) == expected.map(\.name))
      #expect(found.map(\.parameter) == expected.map(\.parameter))
      #expect(found.map(\.center) == expected.map(\.center))
      #expect(found.map(\.key) == expected.map(\.key))
      keys.formUnion(found.compactMap(\.key))
    }
    #expect(keys.count > 120)
    #expect(keys.allSatisfy { $0 < 1 << 53 })
  }

  @Test func batchesImagesAndPreviewsHaveTheSameNumbers() {
    let images = noiseStack(count: 30, width: 4, height: 3)
    let program = Self.program([Step(operation: Self.stamp, probability: 0.8, magnitude: 0)])
    let tail = BatchTail(mean: [0, 0, 0], standardDeviation: [1, 1, 1], layout: .nhwc)
    let batches = BatchAugmenter(program: program, tail: tail, seed: 3, trial: 1)
    let singles = ImageAugmenter(program: program, seed: 3, trial: 1)
    let batch = batches.batch(Array(0..<30), of: images, epoch: 2, threads: 2)
    var workspace = ImageWorkspace(width: 4, height: 3)
    for sample in 0..<30 {
      let (preview, applied) = batches.preview(sample: sample, of: images, epoch: 2)
      #expect(applied == singles.draws(sample: sample, epoch: 2, width: 4, height: 3))
      var bytes = Array(images.image(at: sample).colors.joined())
      bytes.withUnsafeMutableBufferPointer {
        singles.write(
          sample: sample, epoch: 2, of: UnsafeBufferPointer($0), fill: (0, 0, 0), into: $0, using: &workspace)
      }
      // What the stamp makes transparent becomes black, the mean colour of this tail.
      let expected: [UInt8] = zip(preview.colors, preview.alphas).flatMap { colors, alpha -> [UInt8] in
        alpha == 0 ? [0, 0, 0] : colors
      }
      #expect(bytes == expected)
      let numbers = batch[36 * sample..<36 * (sample + 1)]
      #expect(numbers.map { UInt8(($0 * 255).rounded()) } == expected)
    }
  }
}
