import Augmentation
import Foundation
import Images
import Policies
import Testing

/// torchvision's tables, as `Tests/torchvision/compare_with_torchvision.py --write-tables` writes them.
private struct TorchvisionTables: Decodable {
  struct Row: Decodable {
    let signed: Bool
    let magnitudes: [Double]?
  }
  struct Space: Decodable {
    let height: Int
    let width: Int
    let randAugment: [String: Row]
    let trivialAugmentWide: [String: Row]

    enum CodingKeys: String, CodingKey {
      case height, width
      case randAugment = "RandAugment"
      case trivialAugmentWide = "TrivialAugmentWide"
    }
  }
  let spaces: [Space]

  static func load() throws -> [Space] {
    let data = try Data(contentsOf: URL(fileURLWithPath: fixture("torchvision_tables.json")))
    return try JSONDecoder().decode(TorchvisionTables.self, from: data).spaces
  }
}

@Suite("RandAugment and TrivialAugment")
struct OperationSpaceTests {
  private typealias Step = AugmentationProgram.Step

  private static let names = [
    "Identity", "ShearX", "ShearY", "TranslateX", "TranslateY", "Rotate", "Brightness", "Color", "Contrast",
    "Sharpness", "Posterize", "Solarize", "AutoContrast", "Equalize",
  ]

  /// The parameter that torchvision takes a magnitude of its table to.
  private func parameter(_ name: String, _ magnitude: Double) -> Double {
    switch name {
    case "Brightness", "Color", "Contrast", "Sharpness": 1 + magnitude
    // Whole pixels, cut off; in single precision a half of 32 pixels is a hair below 16.
    case "TranslateX", "TranslateY": (magnitude + (magnitude < 0 ? -1e-4 : 1e-4)).rounded(.towardZero)
    default: magnitude
    }
  }

  private func check(_ step: Step?, _ name: String, _ row: TorchvisionTables.Row, strength: Int) {
    guard let step else {
      #expect(name == "Identity")
      return
    }
    #expect(step.operation.name == name)
    #expect(step.probability == 1)
    #expect((step.opposite != nil) == row.signed, "\(name)")
    guard let magnitude = row.magnitudes?[strength] else {
      #expect(!step.operation.usesParameter)
      return
    }
    // torchvision's numbers are single precision.
    #expect(
      abs(step.parameter - parameter(name, magnitude)) < 1e-5 * max(1, step.parameter), "\(name) \(strength)")
    if let opposite = step.opposite {
      #expect(abs(opposite - parameter(name, -magnitude)) < 1e-5 * max(1, -opposite), "\(name) \(strength)")
    }
  }

  @Test("every operation and strength of RandAugment is torchvision's", arguments: 0...30)
  func randAugment(strength: Int) throws {
    let spaces = try TorchvisionTables.load()
    #expect(spaces.count == 2)
    for space in spaces {
      let program = RandAugment.program(
        count: 3, magnitude: strength, width: space.width, height: space.height)
      #expect(program.draws == 3)
      #expect(program.alternatives.count == Self.names.count)
      #expect(Set(Self.names) == Set(space.randAugment.keys))
      for (alternative, name) in zip(program.alternatives, Self.names) {
        #expect(
          alternative.weight == 1 && alternative.countDistribution == nil && alternative.steps.count <= 1)
        check(alternative.steps.first, name, try #require(space.randAugment[name]), strength: strength)
      }
    }
  }

  @Test("every operation and strength of TrivialAugment is torchvision's, all equally likely")
  func trivialAugment() throws {
    for space in try TorchvisionTables.load() {
      for (program, table) in [
        (TrivialAugment.program(.standard, width: space.width, height: space.height), space.randAugment),
        (TrivialAugment.program(.wide, width: space.width, height: space.height), space.trivialAugmentWide),
      ] {
        #expect(program.draws == 1)
        #expect(Set(Self.names) == Set(table.keys))
        var rest = program.alternatives[...]
        for name in Self.names {
          let row = try #require(table[name])
          let strengths = row.magnitudes?.count ?? 1
          let alternatives = rest.prefix(strengths)
          #expect(alternatives.reduce(0) { $0 + $1.weight } == 31, "\(name)")
          for (strength, alternative) in alternatives.enumerated() {
            #expect(alternative.weight == 31 / Double(strengths))
            #expect(alternative.steps.isEmpty == (name == "Identity"))
            check(alternative.steps.first, name, row, strength: strength)
          }
          rest = rest.dropFirst(strengths)
        }
        #expect(rest.isEmpty)
      }
    }
  }

  @Test("the strongest of the Wide space is what the paper says")
  func wide() {
    let last = TrivialAugment.program(.wide, width: 10, height: 10).alternatives.filter { !$0.steps.isEmpty }
    var strongest: [String: Double] = [:]
    for step in last.flatMap(\.steps) { strongest[step.operation.name] = step.parameter }
    #expect(
      strongest == [
        "ShearX": 0.99, "ShearY": 0.99, "TranslateX": 32, "TranslateY": 32, "Rotate": 135, "Brightness": 1.99,
        "Color": 1.99, "Contrast": 1.99, "Sharpness": 1.99, "Posterize": 2, "Solarize": 0, "AutoContrast": 0,
        "Equalize": 0,
      ])
  }

  @Test("images get as many operations as are asked for, the one that changes nothing among them")
  func draws() {
    let images = ImageStack(
      count: 4000, height: 2, width: 2, pixels: [UInt8](repeating: 90, count: 4000 * 12))
    let augmenter = BatchAugmenter(
      program: RandAugment.program(count: 4, magnitude: 9, width: 2, height: 2),
      tail: BatchTail(mean: [0, 0, 0], standardDeviation: [1, 1, 1], layout: .nhwc), seed: 5, trial: 0)
    var total = 0
    var repeats = 0
    for sample in 0..<images.count {
      let applied = augmenter.preview(sample: sample, of: images, epoch: 0).applied
      #expect(applied.count <= 4)
      total += applied.count
      repeats += Set(applied.map(\.operation)).count < applied.count ? 1 : 0
    }
    // Each of four draws is the identity once in 14 times; five standard errors of 16,000 draws are 0.0102.
    #expect(abs(Double(total) / 16_000 - 13.0 / 14) < 0.0102)
    // The same operation may come again: some image has it twice.
    #expect(repeats > 0)
  }
}
