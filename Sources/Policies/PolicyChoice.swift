import Augmentation
import Files
import Text

/// What a training applies to its images, as the setting `policy` names it.
public struct PolicyChoice: Sendable {
  /// The setting's value, as given.
  public let argument: String
  /// Whether it names a schedule file.
  public let isFile: Bool
  private let content: NamedPolicy.Content

  /// Finds the policy that a setting's value names.
  ///
  /// - Parameters:
  ///   - argument: the name of a ``NamedPolicy``, with its argument after a colon, or the path of a schedule file.
  ///   - dataset: the dataset's name, which decides AutoAugment's policies.
  ///   - seed: the seed of the training, from which `random` draws its policy.
  /// - Throws: `PolicyError` for an unknown name, a bad argument, or a file that holds no schedule.
  public init(_ argument: String, dataset: String, seed: UInt64) throws(PolicyError) {
    self.argument = argument
    let parts = argument.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(
      String.init)
    let name = parts.first ?? ""
    if let policy = NamedPolicy.all.first(where: { $0.name == name }) {
      isFile = false
      content = try policy.make(
        NamedPolicy.Argument(whole: argument, text: parts.count > 1 ? parts[1] : nil),
        NamedPolicy.Context(dataset: dataset, seed: seed))
    } else if Schedule.isPath(argument) {
      isFile = true
      content = .schedule(try Schedule(contentsOf: argument))
    } else {
      throw PolicyError(
        place: "policy", found: JSONValue.string(argument).summary,
        expected: "one of \(NamedPolicy.usages), or a schedule file"
          + nearMissHint(name, among: NamedPolicy.all.map(\.name)))
    }
  }

  /// A schedule that is at hand, called by its name.
  public init(_ schedule: Schedule) {
    argument = schedule.name
    isFile = false
    content = .schedule(schedule)
  }

  /// The schedule behind the choice, before stretching; nil where one program holds for all epochs.
  public var schedule: Schedule? {
    if case .schedule(let schedule) = content { schedule } else { nil }
  }

  /// The SHA-256 of the schedule as JSON, by which a run knows it again; nil where there is none.
  public var scheduleDigest: String? { schedule.map { FileDigest(of: $0.jsonData()).sha256 } }

  /// What the choice says about the Cutout of the tail.
  public var cutoutRule: CutoutRule {
    if case .tail(let rule) = content { rule } else { .ofRecipe }
  }

  /// Checks that the policy can be played in an order.
  ///
  /// - Parameters:
  ///   - order: the order.
  ///   - place: the setting that asks for it, to be named in the error.
  /// - Throws: `PolicyError` for any order but that of the schedule, where there is none.
  public func check(_ order: PolicyOrder, of place: String) throws(PolicyError) {
    guard order == .schedule || schedule != nil else {
      throw PolicyError(
        place: place, found: "\(order.rawValue) for \(JSONValue.string(argument).summary)",
        expected: "a schedule to reorder: this policy is the same in every epoch")
    }
  }

  /// What happens to the images of an epoch, counted from 0, in a training of so many epochs.
  ///
  /// A schedule of another length is stretched.
  ///
  /// - Parameters:
  ///   - epoch: the epoch, from 0.
  ///   - totalEpochs: the length of the training in epochs.
  ///   - order: how a schedule is played.
  ///   - width: the images' width in pixels.
  ///   - height: the images' height in pixels.
  ///   - scale: how lengths in pixels follow the size of the images.
  /// - Returns: the operations of that epoch.
  /// - Throws: `PolicyError` if `totalEpochs` is not positive.
  public func program(
    epoch: Int, totalEpochs: Int, order: PolicyOrder, width: Int, height: Int, scale: PixelScale = .none
  ) throws(PolicyError) -> AugmentationProgram {
    switch content {
    case .schedule(let schedule):
      try schedule.stretched(to: totalEpochs).program(atEpoch: epoch, order: order).scaled(by: scale)
    case .program(let program): program(width, height, scale).scaled(by: scale)
    case .tail: .none
    }
  }
}
