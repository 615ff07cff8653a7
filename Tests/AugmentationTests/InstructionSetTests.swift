import Augmentation
import Images
import Testing

/// Every set of instructions of this machine gives the bits of the plain code.
@Suite struct InstructionSetTests {
  /// All that this machine has but the plain code; on one without any, the plain code itself.
  static let sets = InstructionSet.available.filter { $0 != .plain || InstructionSet.available.count == 1 }
  /// Smaller than a vector, no multiple of one, and more than one.
  static let sizes = [
    (1, 1), (1, 9), (2, 2), (3, 3), (3, 5), (5, 3), (4, 4), (16, 3), (17, 16), (31, 33), (32, 32), (64, 7),
    (7, 300),
    (300, 7), (224, 224),
  ]
  /// Parameters that no magnitude stands for, to the ends of each operation's range.
  static let others: [String: [Double]] = [
    "Rotate": [45, 90, 180, 270, 360, -360, -0.5, 33.3, 359.9], "ShearX": [0.99, -0.99, 3, -40, 100, -100],
    "ShearY": [0.99, -0.99, 3, -40, 100, -100],
    "TranslateX": [14.5, 0.49, 0.5, -0.5, -2.5, 31, -32, 65536, -65536],
    "TranslateY": [14.5, 0.49, 0.5, -0.5, -2.5, 31, -32, 65536, -65536],
    "Brightness": [0, 0.01, 0.999, 3.7, 100],
    "Color": [0, 0.01, 0.999, 3.7, 100], "Contrast": [0, 0.01, 0.999, 3.7, 100],
    "Sharpness": [0, 0.01, 0.999, 3.7, 100], "Posterize": [1, 2, 3, 5, 6, 7, 8],
    "Solarize": [0, 0.5, 1, 127.5, 254.5, 255, 255.5, 256], "Cutout": [0, 7, 16, 600],
    "GaussianBlur": [1e-9, 0.01, 1.414, 1.415, 2.45, 7.3, 128, 129, 130, 5000, 65536],
    "JPEGCompression": [1, 2, 10, 49, 50, 75, 90, 97, 99, 100],
    "GaussianNoise": [0.001, 0.002, 0.5, 1, 100, 255],
    "Erase": [0.0001, 0.02, 0.5, 0.9, 0.999, 1],
  ]

  /// Noise, noise with transparent pixels, few levels, one colour, a ramp.
  static func images(width: Int, height: Int) -> [RGBAImage] {
    let noise = noiseImage(width: width, height: height, seed: 3)
    func made(_ change: (Int, UInt8) -> UInt8) -> RGBAImage {
      RGBAImage(
        width: width, height: height, pixels: noise.pixels.enumerated().map { change($0.offset, $0.element) })
    }
    return [
      noise,
      made { index, value in index % 4 == 3 ? (value < 100 ? 0 : 255) : value },
      made { index, value in index % 4 == 3 ? 255 : [17, 90, 200][Int(value) % 3] },
      made { index, _ in index % 4 == 3 ? 255 : 77 },
      made { index, value in index % 4 == 3 ? 255 : UInt8(90 + index / 4 % 140) },
    ]
  }

  @Test(arguments: sets)
  func operationsGiveTheBitsOfThePlainCode(set: InstructionSet) {
    for (width, height) in Self.sizes {
      // Large images take long in all their magnitudes.
      let isLarge = width * height > 10_000
      for image in Self.images(width: width, height: height).prefix(isLarge ? 2 : 5) {
        for operation in Operation.catalogue {
          for parameter in Self.parameters(of: operation, isLarge: isLarge) {
            let center = (x: width / 3, y: height - 1)
            let key = UInt64(width * 7 + height) << 29
            let expected = image.applying(
              operation, parameter: parameter, center: center, key: key, on: .plain)
            let found = image.applying(operation, parameter: parameter, center: center, key: key, on: set)
            #expect(found == expected, "\(set) \(operation) \(parameter) \(width)×\(height)")
          }
        }
      }
    }
  }

  private static func parameters(of operation: Augmentation.Operation, isLarge: Bool) -> [Double] {
    let magnitudes = isLarge ? [1, 7] : Array(0...9)
    let positive = operation.usesParameter ? magnitudes.map(operation.parameter(magnitude:)) : [0]
    let signed = operation.isSigned ? positive + positive.map { -$0 } : positive
    return signed + (others[operation.name] ?? [])
  }

  @Test(arguments: sets, [BatchTail.Layout.nhwc, .nchw])
  func batchesHaveTheBitsOfThePlainCode(set: InstructionSet, layout: BatchTail.Layout) {
    for (width, height) in Self.sizes {
      let images = noiseStack(count: width * height > 10_000 ? 6 : 24, width: width, height: height)
      for (padding, cutout) in [(0, 0), (4, 16), (40, 3)] {
        let tail = BatchTests.tail(padding: padding, flip: true, cutout: cutout, layout)
        func bits(_ set: InstructionSet) -> [UInt32] {
          BatchAugmenter(program: BatchTests.program, tail: tail, seed: 5, trial: 1, on: set)
            .batch(Array(0..<images.count), of: images, epoch: 2).map(\.bitPattern)
        }
        #expect(bits(set) == bits(.plain), "\(set) \(width)×\(height), padding \(padding), Cutout \(cutout)")
      }
    }
  }

  /// Every value of every channel, for usual and odd statistics, whether or not arithmetic can stand for the table.
  @Test(arguments: sets)
  func normalisationHasTheBitsOfTheTable(set: InstructionSet) {
    let values = ImageStack(
      count: 1, height: 16, width: 16, pixels: (0..<256).flatMap { [UInt8](repeating: UInt8($0), count: 3) })
    let statistics: [(mean: [Float], deviation: [Float])] =
      [
        ([0.4914, 0.4822, 0.4465], [0.2023, 0.1994, 0.201]), ([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]),
        ([0.5, 0.5, 0.5], [0.5, 0.25, 1]), ([0, 1, 0.2], [1, 1, 1e-20]),
        ([-3, 1e10, 0.3], [1e-3, 1e10, 1e30]),
        ([.infinity, 0, 0], [1, 0, .nan]),
      ]
      + (1...20).map { index in
        let number = Float(index)
        return ([number / 41, 1 - number / 37, number / 23], [number / 80 + 0.03, 0.21 + number / 97, 0.3])
      }
    for (mean, deviation) in statistics {
      let tail = BatchTail(mean: mean, standardDeviation: deviation, layout: .nhwc)
      func bits(_ set: InstructionSet) -> [UInt32] {
        BatchAugmenter(program: .none, tail: tail, seed: 5, trial: 1, on: set).batch([0], of: values).map(
          \.bitPattern)
      }
      #expect(bits(set) == bits(.plain), "\(set), mean \(mean), deviation \(deviation)")
    }
  }

  /// The usual statistics do not fall back to the table, which is slower.
  @Test(arguments: sets.filter { $0 != .plain })
  func usualStatisticsAreArithmetic(set: InstructionSet) {
    for (mean, deviation) in [
      ([0.4914, 0.4822, 0.4465], [0.2023, 0.1994, 0.201]), ([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]),
      ([0.5, 0.5, 0.5], [0.5, 0.5, 0.5]), ([0.2861, 0.2861, 0.2861], [0.353, 0.353, 0.353]),
    ] as [([Float], [Float])] {
      let tail = BatchTail(mean: mean, standardDeviation: deviation, layout: .nhwc)
      let augmenter = BatchAugmenter(program: .none, tail: tail, seed: 0, trial: 0, on: set)
      #expect(augmenter.normalisesByArithmetic, "\(set), mean \(mean), deviation \(deviation)")
    }
  }
}
