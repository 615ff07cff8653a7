import Augmentation
import Comparison
import Datasets
import Files
import Foundation
import Models
import Policies
import RunStore
import Text
import Threads
import Torch
import Training
import Workers

extension Settings {
  /// The settings that a run was begun with.
  ///
  /// A configuration and its groups have the keys of settings, and others.
  package init(_ recorded: some ImageRunConfiguration) throws {
    self.init()
    for group in [recorded, recorded.recipe, recorded.data] as [any Encodable] {
      self = over(try JSONDecoder().decode(Settings.self, from: JSONEncoder().encode(group)))
    }
    self.dataset = recorded.data.place
    // Said also where it is not so: the default depends on the dataset.
    self.scaleToSize = self.scaleToSize ?? false
  }

  /// The dataset's folder where none is named, as a run's settings have it: `~` stands for whoever continues the run.
  static var defaultDataDirectory: String { DataSelection.defaultDirectory }
  /// The same as the place that it is for this user.
  package static var defaultDataPlace: String { HomeFolder().expanding(defaultDataDirectory) }

  private func requireDataset() throws -> DatasetSpec {
    guard let dataset = self.dataset else {
      let names = DatasetFamily.usages
      throw SettingsError("no dataset is named; give --dataset, one of \(names)")
    }
    // An image folder's name has the whole path, so that a run can be resumed from elsewhere.
    do {
      return try DatasetSpec.named(dataset)
    } catch let error as DatasetError where error.isUsageMistake {
      throw SettingsError("\(setting: "dataset"): \(error)")
    }
  }

  /// Training settings, the defaults filled in: the dataset's own where it has some.
  ///
  /// Lengths in pixels that nobody gave follow the size of the images where that is asked for, or the dataset's default.
  private func recipe(for dataset: DatasetSpec, threads: Int, on device: Device) throws -> Recipe {
    let base = Recipe()
    let defaults = dataset.tailDefaults
    let scalesToSize = self.scaleToSize ?? defaults.scalesToSize
    let size = self.imageSize ?? dataset.imageSize ?? .standard
    let scale = scalesToSize ? PixelScale(width: size.width, height: size.height) : .none
    let recipe = Recipe(
      model: self.model ?? base.model, epochs: self.epochs ?? base.epochs,
      batchSize: self.batchSize ?? base.batchSize, learningRate: self.learningRate ?? base.learningRate,
      learningRateRule: self.learningRateRule ?? base.learningRateRule,
      weightDecay: self.weightDecay ?? base.weightDecay,
      cutout: self.cutout ?? scale.cutout(recommended(\.cutout) ?? base.cutout),
      cropPadding: self.cropPadding ?? scale.padding(recommended(\.cropPadding) ?? defaults.cropPadding),
      scaleToSize: scalesToSize ? true : nil, flip: self.flip ?? defaults.flip,
      seed: self.seed ?? base.seed, precision: try resolvedPrecision(on: device),
      threads: self.threads ?? threads, labelSmoothing: self.labelSmoothing == 0 ? nil : self.labelSmoothing,
      classWeights: try self.classWeights?.weights())
    do {
      try recipe.validate()
    } catch let error as ModelError {
      throw SettingsError("\(setting: "model"): \(error)")
    }
    return recipe
  }

  /// Which images a run works with, the defaults filled in.
  private func selection(_ dataset: String, trainSize: Int?, validationSize: Int?) -> DataSelection {
    // The size is recorded also where it is the default, if there is a choice.
    let size = self.imageSize ?? (takesImageSize(dataset) ? .standard : nil)
    return DataSelection(
      dataset, trainSize: trainSize, validationSize: validationSize,
      dataDirectory: self.dataDirectory ?? Self.defaultDataDirectory,
      images: ImageFolderOptions(imageSize: size, skipUnreadable: self.skipUnreadable ?? false))
  }

  /// A search's settings, the defaults filled in.
  ///
  /// - Parameter remote: the device of another machine that it trains on; nil for those of this one.
  /// - Returns: the settings.
  /// - Throws: the error of the first setting that is not valid.
  package func searchConfiguration(on remote: Device? = nil) throws -> SearchConfiguration {
    let dataset = try requireDataset()
    let sizes = dataset.searchDefaults
    let devices = try remote.map { DeviceList($0) } ?? resolvedDevices()
    let recipe = try recipe(for: dataset, threads: 1, on: devices.devices[0])
    let data = selection(
      dataset.name, trainSize: self.trainSize ?? sizes?.train,
      validationSize: self.validationSize ?? sizes?.validation)
    let base = SearchConfiguration(data: data)
    var configuration = SearchConfiguration(
      data: data, recipe: recipe, population: self.population ?? base.population,
      interval: self.interval ?? base.interval, quantile: self.quantile ?? base.quantile,
      burnIn: self.burnIn ?? base.burnIn, asynchronous: self.asynchronous ?? base.asynchronous,
      device: devices,
      concurrency: self.concurrency ?? base.concurrency)
    configuration.workers = try workerSettings(hasWorkers: remote != nil)
    // The default is not recorded, as it was not before there was a choice.
    configuration.explorer = self.explorer == .pba ? nil : self.explorer
    configuration.space = try self.space?.recorded()
    try configuration.validate()
    return configuration
  }

  /// A training's settings, the defaults filled in, and the policy they name.
  ///
  /// - Parameters:
  ///   - recorded: the settings of a run in `folder` that is resumed. The run's own copy of its schedule is
  ///     then what it continues with, whatever became of the file that the schedule came from.
  ///   - folder: the folder of the run.
  /// - Returns: the settings and the policy that they name.
  /// - Throws: the error of the first setting that is not valid.
  package func trainingConfiguration(
    resuming recorded: TrainingConfiguration? = nil, in folder: String = ""
  ) throws -> (TrainingConfiguration, PolicyChoice) {
    let dataset = try requireDataset()
    let device = try resolvedDevice()
    var recipe = try recipe(for: dataset, threads: Self.cores, on: device)
    let standard = TrainingConfiguration(data: DataSelection(dataset.name))
    let played = try playedPolicy(standard, resuming: recorded)
    let (policy, order) = (played.policy, played.order)
    let kept = RunDirectory.schedulePath(in: folder)
    let usesKept =
      try recorded?.policy == policy && recorded?.scheduleDigest != nil
      && isOwnFileThere(kept)
    let choice = try PolicyChoice(usesKept ? kept : policy, dataset: dataset.name, seed: recipe.seed)
    try choice.check(order, of: policy == self.policy ?? standard.policy ? "policyOrder" : "policy")
    recipe.cutout = try choice.cutoutRule.side(given: self.cutout, recipe: recipe.cutout)
    var configuration = TrainingConfiguration(
      data: selection(dataset.name, trainSize: self.trainSize, validationSize: self.validationSize),
      policy: policy, policyOrder: order,
      scheduleDigest: choice.scheduleDigest,
      recipe: recipe, device: device, validateEvery: self.validateEvery,
      patience: self.patience)
    if let from = self.from { try configuration.begin(from: from, resuming: recorded) }
    configuration.earlierEpochs = recorded?.earlierEpochs
    configuration.changedAfter = recorded?.changedAfter
    try configuration.validate()
    return (configuration, choice)
  }

  /// The policy and the order that it is played in, which the policy's own word may say, as in `rcifar10@last`.
  private func playedPolicy(
    _ standard: TrainingConfiguration, resuming recorded: TrainingConfiguration?
  ) throws -> PlayedPolicy {
    let word = self.policy ?? standard.policy
    // What a run was begun with is a policy alone, also where its file is gone and its name has an @.
    let played = recorded?.policy == word ? PlayedPolicy(word) : try PlayedPolicy(parsing: word)
    guard played.policy != word else {
      return PlayedPolicy(word, order: self.policyOrder ?? standard.policyOrder)
    }
    guard let order = self.policyOrder, order != played.order else { return played }
    let origins = (policy: origin(of: \.policy), order: origin(of: \.policyOrder))
    if origins.policy == origins.order {
      throw SettingsError(
        """
        \(setting: "policyOrder"): found \(order.rawValue), \
        expected \(played.order.rawValue), as \(printable(word)) says, or neither
        """)
    }
    // What is typed wins over a file and over what a run was begun with.
    return origins.order == .flag ? PlayedPolicy(played.policy, order: order) : played
  }

  /// A comparison's settings, the defaults filled in, and the policies they name.
  ///
  /// - Parameter folder: where the comparison keeps its own copies of schedules; nil before it has begun.
  /// - Returns: the settings and the policies that they name.
  /// - Throws: the error of the first setting that is not valid.
  package func comparisonConfiguration(
    in folder: String? = nil
  ) throws -> (ComparisonConfiguration, ComparedPolicies) {
    let dataset = try requireDataset()
    let device = try resolvedDevice()
    let recipe = try recipe(for: dataset, threads: 1, on: device)
    var configuration = ComparisonConfiguration(
      data: selection(dataset.name, trainSize: self.trainSize, validationSize: self.validationSize),
      policies: self.policies ?? [], recipe: recipe, device: device)
    configuration.seeds = self.seeds ?? configuration.seeds
    if case .trials(let count) = self.concurrency {
      configuration.concurrency = count
    } else {
      // One training fills a GPU and may fill its memory.
      configuration.concurrency = device == .cpu ? max(1, Self.cores / recipe.threads) : 1
    }
    try configuration.validate()
    let policies = try ComparedPolicies(configuration, in: folder)
    let choices = try policies.choices(seed: recipe.seed)
    for choice in choices { _ = try choice.cutoutRule.side(given: nil, recipe: recipe.cutout) }
    configuration.scheduleDigests = choices.map { $0.scheduleDigest ?? "" }
    return (configuration, policies)
  }
}
