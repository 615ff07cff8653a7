import Datasets
import Policies
import RunStore
import Torch

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
  /// The policy and its order, as one word says them.
  public var played: PlayedPolicy { PlayedPolicy(policy, order: policyOrder) }
  /// The SHA-256 of the schedule that `policy` stood for, nil where it is none.
  public var scheduleDigest: String?
  /// How the network is trained.
  public var recipe: Recipe
  /// Where it is computed.
  public var device: Device
  /// The checkpoint that the training begins with; nil for a freshly initialised network.
  public var from: String?
  /// The SHA-256 of that file.
  public var fromDigest: String?
  /// After how many epochs each the network is measured on the validation images; nil for after the last alone.
  public var validateEvery: Int?
  /// After how many validations without a better one the training ends; nil for never.
  public var patience: Int?
  /// The lengths that the training was to have before they were changed, in order; nil for none.
  public var earlierEpochs: [Int]?
  /// How many epochs were trained when each of those lengths was changed.
  public var changedAfter: [Int]?

  /// A training.
  public static let kind = RunKind.train
  /// Where a schedule decides, its digest is compared; its file may have another name today.
  ///
  /// So it is with the checkpoint that a training begins with.
  public var settingsWithoutEffect: Set<String> {
    var names = DataSelection.namesOfPlaces
    if scheduleDigest != nil { names.insert("policy") }
    if fromDigest != nil { names.insert("from") }
    return names
  }

  /// Settings with the defaults where nothing is said; nothing is checked yet.
  public init(
    data: DataSelection, imageDigest: String? = nil, policy: String = "none",
    policyOrder: PolicyOrder = .schedule, scheduleDigest: String? = nil, recipe: Recipe = Recipe(),
    device: Device = .cpu, from: String? = nil, fromDigest: String? = nil, validateEvery: Int? = nil,
    patience: Int? = nil
  ) {
    self.data = data
    self.imageDigest = imageDigest
    self.policy = policy
    self.policyOrder = policyOrder
    self.scheduleDigest = scheduleDigest
    self.recipe = recipe
    self.device = device
    self.from = from
    self.fromDigest = fromDigest
    self.validateEvery = validateEvery
    self.patience = patience
  }

  /// Checks what the recipe does not.
  ///
  /// - Throws: ``TrainingError/setting(_:)`` for the first setting that has no meaning.
  public func validate() throws {
    try recipe.validate()
    for (name, value) in [("validateEvery", validateEvery), ("patience", patience)] {
      if let value, !(1...1_000_000).contains(value) {
        throw TrainingError.setting("\(setting: name): found \(value), expected 1 to 1000000")
      }
    }
    let (lengths, moments) = (earlierEpochs ?? [], changedAfter ?? [])
    guard lengths.count == moments.count, moments == moments.sorted(),
      (lengths + moments).allSatisfy({ (1...1_000_000).contains($0) })
    else {
      throw TrainingError.setting(
        "earlierEpochs and changedAfter: found \(lengths) and \(moments), expected as many of both, in order")
    }
    if patience != nil, validateEvery == nil {
      throw TrainingError.setting(
        "\(setting: "patience"): found \(patience ?? 0), but nothing is validated between epochs; give \(setting: "validateEvery") N too"
      )
    }
  }

  /// Checks that there is something to validate on, where that is asked for.
  ///
  /// - Throws: ``TrainingError/setting(_:)``.
  public func requireValidation(in data: DatasetSplits) throws {
    guard let validateEvery, data.validation.count == 0 else { return }
    throw TrainingError.setting(
      "\(setting: "validateEvery"): found \(validateEvery), but \(data.name) has no validation images; give \(setting: "validationSize") N"
    )
  }
}

// MARK: - Work

extension TrainingConfiguration {
  /// How often the network is measured on validation images after some epochs, if its patience does not end it.
  public func validations(after trained: Int) -> Int {
    let length = recipe.epochs
    guard trained < length else { return 0 }
    guard let validateEvery else { return 1 }
    return length / validateEvery - trained / validateEvery + (length % validateEvery == 0 ? 0 : 1)
  }

  /// How many images go through the network after some epochs, if its patience does not end it.
  public func images(after trained: Int, of data: DatasetSplits) -> Int {
    guard trained < recipe.epochs else { return 0 }
    return (recipe.epochs - trained) * recipe.imagesPerEpoch(of: data)
      + validations(after: trained) * data.validation.count + data.test.count
  }
}

// MARK: - Length

extension TrainingConfiguration {
  /// How many epochs the training was to have in all when an epoch, counted from 0, was trained.
  ///
  /// The learning rate's rule and the schedule refer to it. So what an epoch does follows from the settings, whenever the
  /// length was changed, and epochs that have to be trained again become what they were.
  public func length(atEpoch epoch: Int) -> Int {
    changes.first { epoch < $0.trained }?.epochs ?? recipe.epochs
  }

  /// Whether the length was changed after so many epochs.
  func isChanged(after trained: Int) -> Bool { changes.contains { $0.trained == trained } }

  /// Each earlier length, and how many epochs were trained when it was changed.
  public var changes: [(trained: Int, epochs: Int)] {
    zip(changedAfter ?? [], earlierEpochs ?? []).map { (trained: $0, epochs: $1) }
  }

  /// The settings of the same training with another length from here on.
  ///
  /// - Parameters:
  ///   - epochs: the new length of the whole training.
  ///   - trained: how many epochs are trained.
  /// - Returns: the settings with the new length, and the history of the lengths before.
  /// - Throws: ``TrainingError/setting(_:)`` unless some are left to train.
  public func withLength(_ epochs: Int, after trained: Int) throws -> TrainingConfiguration {
    guard epochs > trained else {
      throw TrainingError.setting(
        "\(setting: "epochs"): found \(epochs), expected more than the \(trained) that this run has trained")
    }
    var changed = self
    changed.recipe.epochs = epochs
    // Before the first epoch nothing was trained for the old length.
    if trained > 0 {
      changed.earlierEpochs = (earlierEpochs ?? []) + [recipe.epochs]
      changed.changedAfter = (changedAfter ?? []) + [trained]
    }
    return changed
  }
}
