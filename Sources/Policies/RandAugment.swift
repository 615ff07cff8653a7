import Augmentation

/// RandAugment (Cubuk et al., 2019, arXiv:1909.13719): operations drawn uniformly, all of one strength.
public enum RandAugment {
  /// The numbers of operations that are accepted.
  public static let counts = 1...16
  /// The strengths that are accepted.
  public static let magnitudes = 0...OperationSpace.strongest

  /// What RandAugment does to an image: so many times one of fourteen operations, drawn uniformly.
  ///
  /// - Parameters:
  ///   - count: N, how many operations an image gets.
  ///   - magnitude: M, the strength of all of them, 0...30.
  ///   - width: the images' width in pixels, which decides the longest translation.
  ///   - height: their height.
  /// - Returns: a program in which every operation has the same probability.
  public static func program(count: Int, magnitude: Int, width: Int, height: Int) -> AugmentationProgram {
    precondition(counts.contains(count) && magnitudes.contains(magnitude), "RandAugment: N or M out of range")
    let choices = OperationSpace.standard.choices(bin: magnitude, width: width, height: height)
    return AugmentationProgram(
      alternatives: choices.map { step in
        AugmentationProgram.Alternative(steps: step.map { [$0] } ?? [], countDistribution: nil)
      }, draws: count)
  }
}

extension NamedPolicy {
  static let randAugment = NamedPolicy(
    "randaugment", usage: "randaugment[:N,M]",
    summary: "N random operations of strength M of 30 (2,9 unless given)"
  ) { argument, _ throws(PolicyError) in
    var (count, magnitude) = (2, 9)
    if let text = argument.text {
      let numbers = text.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) }
      guard numbers.count == 2, let n = numbers[0], let m = numbers[1],
        RandAugment.counts.contains(n), RandAugment.magnitudes.contains(m)
      else {
        throw argument.failure(
          expected: "randaugment, or randaugment:N,M with N from \(RandAugment.counts.lowerBound) to "
            + "\(RandAugment.counts.upperBound) operations and a strength M from 0 to "
            + "\(RandAugment.magnitudes.upperBound)")
      }
      (count, magnitude) = (n, m)
    }
    return .program { [count, magnitude] width, height, _ in
      RandAugment.program(count: count, magnitude: magnitude, width: width, height: height)
    }
  }
}
