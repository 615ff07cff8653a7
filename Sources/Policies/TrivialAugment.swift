import Augmentation

/// TrivialAugment (Müller and Hutter, 2021, arXiv:2103.10158): one operation of one strength, both drawn uniformly.
public enum TrivialAugment {
  /// The ranges of strength.
  public enum Space: Sendable {
    /// Those of RandAugment.
    case standard
    /// The wider ones that the paper proposes beside them.
    case wide
  }

  /// What TrivialAugment does to an image.
  ///
  /// - Parameters:
  ///   - space: the ranges of strength.
  ///   - width: the images' width in pixels, which decides the longest translation of the standard space.
  ///   - height: their height.
  ///   - scale: how the longest translation of the wide space, which is in pixels, follows the size of the
  ///     images.
  /// - Returns: a program that draws one operation and one strength for each image.
  public static func program(
    _ space: Space, width: Int, height: Int, scale: PixelScale = .none
  ) -> AugmentationProgram {
    let ranges: OperationSpace =
      switch space {
      case .standard: .standard
      case .wide: .wide
      }
    let bins = 0...OperationSpace.strongest
    let choices = bins.map { ranges.choices(bin: $0, width: width, height: height, scale: scale) }
    var alternatives: [AugmentationProgram.Alternative] = []
    for (index, first) in choices[0].enumerated() {
      // Where the strength means nothing, one alternative stands for all bins.
      let weakest = first.map { [$0] } ?? []
      if first?.operation.usesParameter != true {
        alternatives.append(.init(weight: Double(bins.count), steps: weakest, countDistribution: nil))
      } else {
        alternatives += choices.map { .init(steps: $0[index].map { [$0] } ?? [], countDistribution: nil) }
      }
    }
    return AugmentationProgram(alternatives: alternatives)
  }
}

extension NamedPolicy {
  static let trivialAugment = NamedPolicy(
    "trivialaugment", summary: "one random operation of random strength, in RandAugment's ranges"
  ) { argument, _ throws(PolicyError) in
    try argument.refuse("trivialaugment")
    return .program { TrivialAugment.program(.standard, width: $0, height: $1, scale: $2) }
  }

  static let trivialAugmentWide = NamedPolicy(
    "trivialaugment-wide", summary: "the same in the paper's Wide ranges, which torchvision has"
  ) { argument, _ throws(PolicyError) in
    try argument.refuse("trivialaugment-wide")
    return .program { TrivialAugment.program(.wide, width: $0, height: $1, scale: $2) }
  }
}
