import Augmentation
import Text

/// The policies of AutoAugment (Cubuk et al., 2019), as PBA's authors compare against them.
public enum AutoAugment {
  /// The datasets that policies were learnt on.
  public enum Source: String, CaseIterable, Sendable {
    /// 95 sub-policies.
    case cifar10
    /// 25 sub-policies.
    case svhn

    /// The source for a dataset: SVHN's for names that begin with `svhn`, CIFAR-10's for all others.
    public init(dataset: String) {
      self = dataset.lowercased().hasPrefix("svhn") ? .svhn : .cifar10
    }
  }

  /// What AutoAugment does to an image: one sub-policy, drawn uniformly, both its operations in order, each
  /// with its own probability.
  public static func program(_ source: Source) throws(PolicyError) -> AugmentationProgram {
    let table =
      switch source {
      case .cifar10: cifarTable
      case .svhn: svhnTable
      }
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
    guard words.count == 3, let probability = Double(words[1]), let magnitude = Int(words[2]),
      Operation.magnitudes.contains(magnitude)
    else {
      throw PolicyError(
        place: place, found: String(text), expected: "an operation, a probability and a magnitude")
    }
    return AugmentationProgram.Step(
      operation: try Operation(JSONField(.string(String(words[0])), at: place)),
      probability: probability, magnitude: magnitude)
  }
}

extension NamedPolicy {
  static let autoAugment = NamedPolicy(
    "autoaugment", usage: "autoaugment[:cifar10|svhn]",
    summary: "the 95 sub-policies learnt on CIFAR-10, or the 25 learnt on SVHN; by the dataset unless given"
  ) { argument, context throws(PolicyError) in
    var source = AutoAugment.Source(dataset: context.dataset)
    if let text = argument.text {
      guard let named = AutoAugment.Source(rawValue: text) else {
        let names = AutoAugment.Source.allCases.map(\.rawValue)
        throw argument.failure(
          expected: "autoaugment, or autoaugment: with one of \(names.joined(separator: ", "))"
            + nearMissHint(text, among: names))
      }
      source = named
    }
    let program = try AutoAugment.program(source)
    return .program { _, _, _ in program }
  }
}
