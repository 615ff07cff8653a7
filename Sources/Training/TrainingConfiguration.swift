import Datasets
import Policies
import RunStore

/// The settings of one training: a plain value that decides its result together with the images and the machine.
public struct TrainingConfiguration: RunConfiguration, Hashable {
  /// The images.
  public var data: DataSelection
  /// The digest of the images, so that a resumed training notices others; nil where it was not taken.
  public var imageDigest: String?
  /// What is applied to the images: a name, or a schedule file.
  public var policy: String
  /// How a schedule is played.
  public var policyOrder: PolicyOrder
  /// The SHA-256 of the schedule that `policy` stood for, nil where it is none.
  public var scheduleDigest: String?
  public var recipe: Recipe
  /// Where it is computed, already decided: `cpu`, `cuda:0`.
  public var device: String

  public static let kind = RunKind.train
  /// Where a schedule decides, its digest tells; its file may have another name today.
  public var settingsWithoutEffect: Set<String> {
    scheduleDigest == nil ? ["dataDirectory"] : ["dataDirectory", "policy"]
  }

  public init(
    data: DataSelection, imageDigest: String? = nil, policy: String = "none",
    policyOrder: PolicyOrder = .schedule, scheduleDigest: String? = nil, recipe: Recipe = Recipe(),
    device: String = "cpu"
  ) {
    self.data = data
    self.imageDigest = imageDigest
    self.policy = policy
    self.policyOrder = policyOrder
    self.scheduleDigest = scheduleDigest
    self.recipe = recipe
    self.device = device
  }
}
