import Augmentation
import Foundation
import Images
import Testing

// Foundation has an Operation too.
private typealias Operation = Augmentation.Operation

/// Grayscale, Gamma, Hue and ChannelShuffle, against their definitions.
@Suite struct ColourTests {
  @Test func alphaStays() {
    let image = noiseImage(width: 37, height: 5)
    for operation in [Operation.grayscale, .gamma, .hue, .channelShuffle] {
      for magnitude in Operation.magnitudes {
        #expect(image.applying(operation, magnitude: magnitude).alphas == image.alphas, "\(operation)")
      }
    }
  }

  @Test func grayscaleIsTheLuma() {
    let image = noiseImage(width: 40, height: 30)
    #expect(
      image.applying(.grayscale, parameter: 0).colors
        == image.colors.map { Array(repeating: UInt8(EnhanceTests.luma($0)), count: 3) })
  }

  /// A canvas keeps tables of exponents; one after the other on one canvas they are those of canvases of their own.
  @Test func exponentsOnOneCanvas() {
    let exponents = (0..<40).map { Double($0 * 7 % 40) / 16 } + [0.5, 0.5, 2, 0.5, 0]
    let image = RGBAImage(width: 64, height: 4, pixels: KernelBitsTests.values)
    let source = image.colors.flatMap { $0 }
    var workspace = ImageWorkspace(width: 64, height: 4)
    for exponent in exponents {
      let step = AugmentationProgram.Step(operation: .gamma, probability: 1, parameter: exponent)
      let program = AugmentationProgram(alternatives: [.init(steps: [step], countDistribution: nil)])
      var result = source
      result.withUnsafeMutableBufferPointer {
        ImageAugmenter(program: program, seed: 0, trial: 0).write(
          sample: 0, epoch: 0, of: UnsafeBufferPointer($0), fill: (0, 0, 0), into: $0, using: &workspace)
      }
      #expect(
        result == image.applying(.gamma, parameter: exponent).colors.flatMap { $0 }, "\(exponent)")
    }
  }

  @Test func gammaIsAPowerOfTheShare() {
    let image = RGBAImage(width: 256, height: 1, pixels: KernelBitsTests.values)
    let magnitudes = Operation.magnitudes.map(Operation.gamma.parameter(magnitude:))
    for (first, second) in zip(magnitudes, magnitudes.dropFirst()) {
      #expect(abs(second / first - pow(4, 1.0 / 9)) < 0.02)
    }
    #expect(magnitudes.first == 0.5 && magnitudes.last == 2)
    for gamma in magnitudes + [0, 0.01, 1, 2.2, 7.5, 100] {
      let expected = image.colors.map { $0.map { UInt8(255.999 * pow(Double($0) / 255, gamma)) } }
      #expect(image.applying(.gamma, parameter: gamma).colors == expected, "\(gamma)")
    }
    #expect(image.applying(.gamma, parameter: 1) == image)
  }

  /// The arithmetic of Pillow's conversions, step by step, in its precisions.
  private static func turned(_ rgb: [UInt8], by turn: Double) -> [UInt8] {
    let (r, g, b) = (rgb[0], rgb[1], rgb[2])
    let (most, least) = (max(r, g, b), min(r, g, b))
    guard most > least else { return rgb }
    let span = Float(most - least)
    let saturation = UInt8(Double(span / Float(most)) * 255)
    let (rc, gc, bc) = (Float(most - r) / span, Float(most - g) / span, Float(most - b) / span)
    let sixths =
      most == r
      ? bc - gc
      : most == g ? Float(2 + Double(rc) - Double(bc)) : Float(4 + Double(gc) - Double(rc))
    let share = Float((Double(sixths) / 6 + 1).truncatingRemainder(dividingBy: 1))
    let hue = UInt8(Double(share) * 255) &+ UInt8(truncatingIfNeeded: Int(turn * 255))
    guard saturation > 0 else { return [most, most, most] }
    let sixth = Int((Double(hue) * 6 / 255).rounded(.down))
    let rest = Double(Float(Double(hue) * 6 / 255 - Double(sixth)))
    let (value, kept) = (Double(most), Double(Float(Double(saturation) / 255)))
    let p = UInt8((value * (1 - kept)).rounded())
    let q = UInt8((value * (1 - kept * rest)).rounded())
    let t = UInt8((value * (1 - kept * (1 - rest))).rounded())
    return [[most, t, p], [q, most, p], [p, most, t], [p, q, most], [t, p, most], [most, p, q]][sixth % 6]
  }

  @Test func hueGoesThroughTheBytesOfHSV() {
    let image = noiseImage(width: 200, height: 100)
    for turn in [0, 0.02, -0.02, 0.18, -0.18, 1.0 / 3, 0.5, -0.5, 0.0039] {
      let expected = image.colors.map { Self.turned($0, by: turn) }
      #expect(image.applying(.hue, parameter: turn).colors == expected, "\(turn)")
    }
  }

  @Test func aThirdOfATurnMakesRedGreen() {
    let red = constantImage(width: 3, height: 2, [255, 0, 0, 255])
    #expect(
      red.applying(.hue, parameter: 1.0 / 3) == constantImage(width: 3, height: 2, [0, 255, 0, 255]))
    let grey = constantImage(width: 3, height: 2, [90, 90, 90, 0])
    #expect(grey.applying(.hue, parameter: 0.4) == grey)
  }

  @Test func theFiveOrdersOfChannelsAreEquallyFrequent() {
    let image = constantImage(width: 9, height: 1, [10, 20, 30, 0])
    var counts: [[UInt8]: Int] = [:]
    for key in 0..<5000 as Range<UInt64> {
      let shuffled = image.applying(.channelShuffle, parameter: 0, key: key)
      let order = shuffled.pixel(0, 0)
      #expect(shuffled == constantImage(width: 9, height: 1, order))
      counts[order, default: 0] += 1
      var random = RandomStream(seed: key, domain: .operation)
      let place = random.uniform(below: 5)
      let orders: [[UInt8]] = [[10, 30, 20], [20, 10, 30], [20, 30, 10], [30, 10, 20], [30, 20, 10]]
      #expect(order == orders[place] + [0])
    }
    // A standard error of 28.
    #expect(counts.count == 5 && counts.values.allSatisfy { abs($0 - 1000) < 140 })
  }

  /// Every hue by saturation and value, dense in the places where rounding decides, by every set of instructions.
  @Test(arguments: KernelBitsTests.sets) func hueHasTheBitsOfThePlainCode(set: InstructionSet) {
    for blue in stride(from: 0, through: 255, by: 5) {
      let pixels = (0..<65536).flatMap { [UInt8($0 & 255), UInt8($0 >> 8), UInt8(blue), UInt8($0 & 255)] }
      let image = RGBAImage(width: 256, height: 256, pixels: pixels)
      let turn = Double(blue - 127) / 256
      func applied(_ set: InstructionSet) -> RGBAImage {
        image.applying(.hue, parameter: turn, center: (0, 0), on: set)
      }
      #expect(applied(set) == applied(.plain), "\(set) \(turn), blue \(blue)")
    }
  }

  @Test(arguments: KernelBitsTests.sets) func tablesAndOrdersHaveTheBitsOfThePlainCode(set: InstructionSet) {
    let image = RGBAImage(width: 64, height: 4, pixels: KernelBitsTests.values)
    func differs(_ operation: Augmentation.Operation, _ parameter: Double, _ key: UInt64) -> Bool {
      func applied(_ set: InstructionSet) -> RGBAImage {
        image.applying(operation, parameter: parameter, center: (0, 0), key: key, on: set)
      }
      return applied(set) != applied(.plain)
    }
    for step in 0...80 { #expect(!differs(.gamma, Double(step) / 16, 0), "\(set) \(step)") }
    for key in 0..<20 as Range<UInt64> { #expect(!differs(.channelShuffle, 0, key), "\(set) \(key)") }
    #expect(!differs(.grayscale, 0, 0))
  }
}
