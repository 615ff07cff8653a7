import Augmentation
import Images
import Testing

/// The kernels that compute in integers, or by tables in vectors, hold for every value, grey level and factor.
///
/// All are tried where they are few, and densely where they are many. The reference is the plain code.
@Suite struct KernelBitsTests {
  static let sets = InstructionSetTests.sets
  /// The ten magnitudes, hundredths and 64ths, what no short fraction is, whole numbers, and far ones.
  static let factors: [Double] =
    Operation.magnitudes.map(Operation.contrast.parameter(magnitude:)) + (0...200).map { Double($0) / 100 }
    + (0...128).map { Double($0) / 64 } + (1...60).map { Double($0) * 0.033_567_891 }
    + (2...100).map(Double.init) + (1...40).map { Double($0) * 2.487_651 }

  /// All values of a byte, each in each channel once, with every alpha.
  static let values: [UInt8] = (0..<256).flatMap { value in
    [value, 255 - value, value ^ 85, value * 7 & 255].map(UInt8.init(truncatingIfNeeded:))
  }

  private static func differs(
    _ image: RGBAImage, _ operation: Augmentation.Operation, _ parameter: Double, _ set: InstructionSet,
    key: UInt64 = 0
  ) -> Bool {
    image.applying(operation, parameter: parameter, center: (0, 0), key: key, on: set)
      != image.applying(operation, parameter: parameter, center: (0, 0), key: key, on: .plain)
  }

  @Test(arguments: sets)
  func brightnessOfEveryValueByEveryFactor(set: InstructionSet) {
    let image = RGBAImage(width: 256, height: 1, pixels: Self.values)
    for factor in Self.factors {
      #expect(!Self.differs(image, .brightness, factor, set), "\(set) \(factor)")
    }
  }

  /// Every value beside so many pixels of one grey that they bring the mean to each level from 0 to 255.
  @Test(arguments: sets)
  func contrastOfEveryValueAtEveryGrey(set: InstructionSet) {
    let magnitudes = Operation.magnitudes.map(Operation.contrast.parameter(magnitude:))
    let sum = stride(from: 0, to: Self.values.count, by: 4)
      .map { EnhanceTests.luma(Array(Self.values[$0..<$0 + 3])) }.reduce(0, +)
    var means: Set<Int> = []
    for grey in 0...255 {
      // The mean of the values themselves is about 127.
      let filler = grey == 127 ? grey : grey < 127 ? max(grey - 1, 0) : min(grey + 1, 255)
      let count = grey == filler ? 70_000 : 256 * abs(grey - 127)
      means.insert(Int(Double(sum + count * filler) / Double(256 + count) + 0.5))
      let level = UInt8(filler)
      let pixels = (0..<4 * count).map { $0 % 4 == 3 ? 255 : level }
      let image = RGBAImage(width: 256 + count, height: 1, pixels: Self.values + pixels)
      let others = (0..<4).map { Self.factors[(grey * 4 + $0) % Self.factors.count] }
      for factor in (count > 20_000 ? [magnitudes[7]] : magnitudes) + others {
        #expect(!Self.differs(image, .contrast, factor, set), "\(set) \(factor), grey \(grey)")
      }
    }
    #expect(means == Set(0...255))
  }

  /// Every value beside every luma.
  @Test(arguments: sets)
  func colorOfEveryValueAtEveryLuma(set: InstructionSet) {
    let pixels = (0..<65536).flatMap { index -> [UInt8] in
      // Two channels of one level and a third, whichever, leave luma where nearly all levels are met.
      let (value, level) = (UInt8(index & 255), UInt8(index >> 8))
      return index % 3 == 0
        ? [value, level, level, 255] : index % 3 == 1 ? [level, level, value, 0] : [level, value, level, 9]
    }
    let image = RGBAImage(width: 256, height: 256, pixels: pixels)
    for factor in Self.factors {
      #expect(!Self.differs(image, .color, factor, set), "\(set) \(factor)")
    }
  }

  /// Noise, and black and white, whose smoothed values lie furthest away.
  @Test(arguments: sets)
  func sharpnessByEveryFactor(set: InstructionSet) {
    let noise = noiseImage(width: 67, height: 61, seed: 8)
    let hard = RGBAImage(width: 67, height: 61, pixels: noise.pixels.map { $0 < 128 ? 0 : 255 })
    for factor in Self.factors {
      for image in [noise, hard] {
        #expect(!Self.differs(image, .sharpness, factor, set), "\(set) \(factor)")
      }
    }
  }

  /// Every operation on every width and many heights, so that a kernel begins and ends at every place in a vector.
  @Test(arguments: sets)
  func everyWidth(set: InstructionSet) {
    for width in 1...70 {
      for height in Set([1, 2, 3, 4 + width % 7, width]) {
        let image = noiseImage(width: width, height: height, seed: UInt64(width))
        for operation in Operation.catalogue {
          let magnitude = 1 + (width + height) % 9
          let parameter = operation.usesParameter ? operation.parameter(magnitude: magnitude) : 0
          #expect(
            !Self.differs(image, operation, parameter, set),
            "\(set) \(operation) \(parameter) \(width)×\(height)")
          guard operation.isSigned else { continue }
          #expect(
            !Self.differs(image, operation, -parameter, set),
            "\(set) \(operation) \(-parameter) \(width)×\(height)")
        }
      }
    }
  }

  /// Every quality, on what is hard to compress: noise, black and white, and pixels in turns.
  @Test(arguments: sets)
  func everyQuality(set: InstructionSet) {
    let noise = noiseImage(width: 35, height: 33, seed: 11)
    let hard = RGBAImage(width: 35, height: 33, pixels: noise.pixels.map { $0 < 128 ? 0 : 255 })
    let turns = RGBAImage(
      width: 35, height: 33, pixels: (0..<35 * 33 * 4).map { $0 / 4 % 2 == 0 ? 0 : 255 })
    for quality in 1...100 {
      for image in [noise, hard, turns] {
        #expect(!Self.differs(image, .jpegCompression, Double(quality), set), "\(set) \(quality)")
      }
    }
  }

  /// Boxes of every width, from less than a pixel to more than the image.
  @Test(arguments: sets)
  func everyBox(set: InstructionSet) {
    let image = noiseImage(width: 37, height: 29, seed: 12)
    for radius in (1...150).map({ Double($0 * $0) / 150 }) {
      #expect(!Self.differs(image, .gaussianBlur, radius, set), "\(set) \(radius)")
    }
  }

  /// Keys of every bit, and rectangles that begin and end at every place in a vector.
  @Test(arguments: sets)
  func noiseOfEveryKey(set: InstructionSet) {
    let image = noiseImage(width: 53, height: 19, seed: 13)
    for bit in 0..<64 {
      let key = UInt64(1) << bit
      #expect(!Self.differs(image, .gaussianNoise, Double(1 + 3 * bit), set, key: key), "\(set) \(key)")
      #expect(!Self.differs(image, .erase, Double(bit) / 63, set, key: key), "\(set) \(key)")
    }
  }

  /// Columns that move alike come in groups of every size, and some move out of the image.
  @Test(arguments: sets)
  func shearByEverySlope(set: InstructionSet) {
    for (width, height) in [(70, 41), (33, 7), (5, 90)] {
      let image = noiseImage(width: width, height: height, seed: 9)
      for slope in (-150...150).map({ Double($0) * 0.013_7 }) {
        #expect(!Self.differs(image, .shearX, slope, set), "\(set) ShearX \(slope) \(width)×\(height)")
        #expect(!Self.differs(image, .shearY, slope, set), "\(set) ShearY \(slope) \(width)×\(height)")
      }
    }
  }

  /// Tables that stretch every range of values, and those of few values, where Equalize has steps.
  @Test(arguments: sets)
  func tablesOfEveryRange(set: InstructionSet) {
    let noise = noiseImage(width: 61, height: 53, seed: 10)
    for span in 0...255 {
      let image = RGBAImage(
        width: 61, height: 53,
        pixels: noise.pixels.enumerated().map { index, value in
          index % 4 == 3 ? value : UInt8((255 - span) / (1 + index % 4) + Int(value) * span / 255)
        })
      #expect(!Self.differs(image, .autoContrast, 0, set), "\(set) \(span)")
      #expect(!Self.differs(image, .equalize, 0, set), "\(set) \(span)")
    }
  }
}
