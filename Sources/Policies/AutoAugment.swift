import Augmentation

/// The policies of AutoAugment (Cubuk et al., 2019), as PBA's authors compare against them.
public enum AutoAugment {
  /// What AutoAugment does to an image: one sub-policy, drawn uniformly, both its operations in order, each
  /// with its own probability.
  ///
  /// - Parameter dataset: names that begin with `svhn` take the 25 policies learnt on SVHN, all others the 95
  ///   learnt on CIFAR-10.
  public static func program(dataset: String) throws(PolicyError) -> AugmentationProgram {
    let table = dataset.lowercased().hasPrefix("svhn") ? svhnTable : cifarTable
    var alternatives: [AugmentationProgram.Alternative] = []
    for (number, line) in table.split(separator: "\n").enumerated() {
      var steps: [AugmentationProgram.Step] = []
      for step in line.split(separator: ",") {
        steps.append(try self.step(step, at: "sub-policy \(number + 1)"))
      }
      alternatives.append(
        AugmentationProgram.Alternative(weight: 1, steps: steps, countDistribution: nil))
    }
    return AugmentationProgram(alternatives: alternatives)
  }

  private static func step(
    _ text: Substring, at place: String
  ) throws(PolicyError) -> AugmentationProgram.Step {
    let words = text.split(separator: " ")
    guard words.count == 3, let probability = Double(words[1]), let magnitude = Int(words[2]) else {
      throw PolicyError(
        place: place, found: String(text), expected: "an operation, a probability and a magnitude")
    }
    return AugmentationProgram.Step(
      operation: try Operation(JSONField(.string(String(words[0])), at: place)),
      probability: probability, magnitude: magnitude)
  }
}
