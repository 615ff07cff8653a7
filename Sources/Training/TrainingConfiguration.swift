import Datasets
import Policies
import RunStore

/// The settings of one training: a plain value that decides its result together with the data and the machine.
public struct TrainingConfiguration: RunConfiguration, Hashable {
  /// The dataset's name.
  public var dataset: String
  /// The number of training images; nil for all that validation leaves.
  public var trainSize: Int?
  /// The number of validation images; nil for the dataset's default.
  public var validationSize: Int?
  /// What is applied to the images: a name, or a schedule file.
  public var policy: String
  /// How a schedule is played.
  public var policyOrder: PolicyOrder
  /// The SHA-256 of the schedule that `policy` stood for, nil where it is none.
  public var scheduleDigest: String?
  public var recipe: Recipe
  /// Where it is computed, already decided: `cpu`, `cuda:0`.
  public var device: String
  /// Where datasets are kept.
  ///
  /// The result does not depend on it.
  public var dataDirectory: String
  /// The size of the images of a folder; nil for datasets whose images have one size.
  public var imageSize: ImageSize?
  /// Whether unreadable images of a folder are left out; nil for no.
  public var skipUnreadable: Bool?

  public static let kind = RunKind.train
  public static let settingsWithoutEffect: Set<String> = ["dataDirectory"]

  public init(
    dataset: String, trainSize: Int? = nil, validationSize: Int? = nil, policy: String = "none",
    policyOrder: PolicyOrder = .schedule, scheduleDigest: String? = nil, recipe: Recipe = Recipe(),
    device: String = "cpu", dataDirectory: String = "", imageSize: ImageSize? = nil,
    skipUnreadable: Bool? = nil
  ) {
    self.dataset = dataset
    self.trainSize = trainSize
    self.validationSize = validationSize
    self.policy = policy
    self.policyOrder = policyOrder
    self.scheduleDigest = scheduleDigest
    self.recipe = recipe
    self.device = device
    self.dataDirectory = dataDirectory
    self.imageSize = imageSize
    self.skipUnreadable = skipUnreadable
  }
}
