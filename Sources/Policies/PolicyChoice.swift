import Augmentation
import Foundation

/// What a training applies to its images, as the option `--policy` names it.
public struct PolicyChoice: Sendable {
  /// The option's value, as given.
  public let argument: String
  /// The schedule behind the choice, before stretching; `nil` for `none` and `autoaugment`.
  public let schedule: Schedule?
  private let fixedProgram: AugmentationProgram

  /// The names that need no file.
  public static let names = ["none", "autoaugment"] + Schedule.publishedNames + ["random"]

  /// Finds the policy that an option's value names.
  ///
  /// - Parameters:
  ///   - argument: a name of `names`, or the path of a schedule file.
  ///   - dataset: the dataset's name, which decides AutoAugment's policies.
  ///   - seed: the seed of the training, from which `random` draws its policy.
  /// - Throws: `PolicyError` for an unknown name, or a file that holds no schedule.
  public init(_ argument: String, dataset: String, seed: UInt64) throws(PolicyError) {
    self.argument = argument
    switch argument {
    case "none":
      schedule = nil
      fixedProgram = .none
    case "autoaugment":
      schedule = nil
      fixedProgram = try AutoAugment.program(dataset: dataset)
    case "random":
      var stream = RandomStream(seed: seed, domain: .policyDraw)
      let segment = Schedule.Segment(epochs: 1, policy: Policy.random(using: &stream))
      schedule = try Schedule(name: "random", segments: [segment])
      fixedProgram = .none
    case _ where Schedule.publishedNames.contains(argument):
      schedule = try Schedule.named(argument)
      fixedProgram = .none
    case _ where Self.isPath(argument):
      schedule = try Schedule(contentsOf: argument)
      fixedProgram = .none
    default:
      throw PolicyError(
        place: "policy", found: JSONValue.string(argument).summary,
        expected: "one of \(Self.names.joined(separator: ", ")), or a schedule file"
          + nearMissHint(argument, among: Self.names))
    }
  }

  /// What happens to the images of an epoch, counted from 0, in a training of so many epochs.
  ///
  /// A schedule of another length is stretched. Throws `PolicyError` if `totalEpochs` is not positive.
  public func program(
    epoch: Int, totalEpochs: Int, order: PolicyOrder
  ) throws(PolicyError) -> AugmentationProgram {
    guard let schedule else { return fixedProgram }
    return try schedule.stretched(to: totalEpochs).program(atEpoch: epoch, order: order)
  }

  private static func isPath(_ argument: String) -> Bool {
    argument.contains("/") || argument.hasSuffix(".json") || FileManager.default.fileExists(atPath: argument)
  }
}
