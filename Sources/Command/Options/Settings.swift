import Comparison
import Workers
import Augmentation
import Datasets
import Files
import Foundation
import Policies
import RunStore
import Search
import Threads
import Torch
import Training

/// What flags and a configuration file can set; nil where nothing was said.
///
/// The keys of a configuration file are these names, which are also those of a run's `config.yaml`.
struct Settings: Codable {
  var dataset: String?
  var trainSize: Int?
  var validationSize: Int?
  var model: String?
  var epochs: Int?
  var batchSize: Int?
  var learningRate: Double?
  var learningRateRule: LearningRateRule?
  var weightDecay: Double?
  var cutout: Int?
  var cropPadding: Int?
  var scaleToSize: Bool?
  var flip: Bool?
  var seed: UInt64?
  var precision: String?
  var threads: Int?
  var device: String?
  var dataDirectory: String?
  var population: Int?
  var interval: Int?
  var quantile: Double?
  var burnIn: Int?
  var asynchronous: Bool?
  var concurrency: Concurrency?
  var policy: String?
  var policyOrder: PolicyOrder?
  var imageSize: ImageSize?
  var skipUnreadable: Bool?
  var policies: [String]?
  var seeds: Int?
  var labelSmoothing: Double?
  var classWeights: ClassWeightsSetting?
  var from: String?
  var validateEvery: Int?
  var patience: Int?
  /// The Cutout that a policy has where neither a flag nor a file asks for one; a policy may do without it.
  var recipeCutout: Int?
  /// The zero padding of the crop where neither a flag nor a file asks for one.
  var recipeCropPadding: Int?
  /// Where those that somebody gave were given.
  var origins: [CodingKeys: SettingOrigin] = [:]

  enum CodingKeys: String, CodingKey, CaseIterable {
    case dataset, trainSize, validationSize, model, epochs, batchSize, learningRate, learningRateRule,
      weightDecay
    case cutout, cropPadding, scaleToSize, flip, seed, precision, threads, device, dataDirectory, population,
      interval,
      quantile
    case burnIn, asynchronous, concurrency, policy, policyOrder, policies, seeds, imageSize, skipUnreadable
    case labelSmoothing, classWeights, from, validateEvery, patience
  }

  /// These settings, and where they say nothing those of `other`.
  func over(_ other: Settings) -> Settings {
    var result = self
    result.origins = origins.merging(other.origins) { own, _ in own }
    func fill<Value>(_ setting: WritableKeyPath<Settings, Value?>) {
      if result[keyPath: setting] == nil { result[keyPath: setting] = other[keyPath: setting] }
    }
    fill(\.dataset)
    fill(\.trainSize)
    fill(\.validationSize)
    fill(\.model)
    fill(\.epochs)
    fill(\.batchSize)
    fill(\.learningRate)
    fill(\.learningRateRule)
    fill(\.weightDecay)
    fill(\.cutout)
    fill(\.cropPadding)
    fill(\.scaleToSize)
    fill(\.flip)
    fill(\.seed)
    fill(\.precision)
    fill(\.threads)
    fill(\.device)
    fill(\.dataDirectory)
    fill(\.population)
    fill(\.interval)
    fill(\.quantile)
    fill(\.burnIn)
    fill(\.asynchronous)
    fill(\.concurrency)
    fill(\.policy)
    fill(\.policyOrder)
    fill(\.imageSize)
    fill(\.skipUnreadable)
    fill(\.policies)
    fill(\.seeds)
    fill(\.labelSmoothing)
    fill(\.classWeights)
    fill(\.from)
    fill(\.validateEvery)
    fill(\.patience)
    fill(\.recipeCutout)
    fill(\.recipeCropPadding)
    return result
  }
}

// MARK: - From settings to configurations

extension Settings {
  /// The dataset's folder where none is named, as a run's settings have it: `~` stands for whoever continues the run.
  static var defaultDataDirectory: String { HomeFolder().cacheFolder("pba/data") }
  /// The same as the place that it is for this user.
  static var defaultDataPlace: String { HomeFolder().expanding(defaultDataDirectory) }

  private func requireDataset() throws -> DatasetSpec {
    guard let dataset else {
      let names = DatasetFamily.usages
      throw SettingsError("no dataset is named; give --dataset, one of \(names)")
    }
    // An image folder's name has the whole path, so that a run can be resumed from elsewhere.
    return try DatasetSpec.named(dataset)
  }

  /// Training settings, the defaults filled in: the dataset's own where it has some.
  ///
  /// Lengths in pixels that nobody gave follow the size of the images where that is asked for, or the dataset's default.
  private func recipe(for dataset: DatasetSpec, threads: Int, on device: Device) throws -> Recipe {
    let base = Recipe()
    let defaults = dataset.tailDefaults
    let scalesToSize = scaleToSize ?? defaults.scalesToSize
    let size = imageSize ?? dataset.imageSize ?? .standard
    let scale = scalesToSize ? PixelScale(width: size.width, height: size.height) : .none
    let recipe = Recipe(
      model: model ?? base.model, epochs: epochs ?? base.epochs, batchSize: batchSize ?? base.batchSize,
      learningRate: learningRate ?? base.learningRate,
      learningRateRule: learningRateRule ?? base.learningRateRule,
      weightDecay: weightDecay ?? base.weightDecay,
      cutout: cutout ?? scale.cutout(recipeCutout ?? base.cutout),
      cropPadding: cropPadding ?? scale.padding(recipeCropPadding ?? defaults.cropPadding),
      scaleToSize: scalesToSize ? true : nil, flip: flip ?? defaults.flip, seed: seed ?? base.seed,
      precision: try resolvedPrecision(on: device), threads: self.threads ?? threads,
      labelSmoothing: labelSmoothing == 0 ? nil : labelSmoothing, classWeights: try classWeights?.weights())
    try recipe.validate()
    return recipe
  }

  /// Which images a run works with, the defaults filled in.
  private func selection(_ dataset: String, trainSize: Int?, validationSize: Int?) -> DataSelection {
    DataSelection(
      dataset, trainSize: trainSize, validationSize: validationSize,
      dataDirectory: dataDirectory ?? Self.defaultDataDirectory,
      images: ImageFolderOptions(
        imageSize: recordedImageSize(for: dataset), skipUnreadable: skipUnreadable ?? false))
  }

  /// A search's settings, the defaults filled in.
  func searchConfiguration() throws -> SearchConfiguration {
    let dataset = try requireDataset()
    let sizes = dataset.searchDefaults
    let devices = try resolvedDevices()
    let recipe = try recipe(for: dataset, threads: 1, on: devices.first ?? .cpu)
    let data = selection(
      dataset.name, trainSize: trainSize ?? sizes?.train, validationSize: validationSize ?? sizes?.validation)
    let base = SearchConfiguration(data: data)
    let configuration = SearchConfiguration(
      data: data, recipe: recipe, population: population ?? base.population,
      interval: interval ?? base.interval,
      quantile: quantile ?? base.quantile, burnIn: burnIn ?? base.burnIn,
      asynchronous: asynchronous ?? base.asynchronous,
      device: devices.map(\.description).joined(separator: ","), concurrency: concurrency ?? base.concurrency)
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
  func trainingConfiguration(
    resuming recorded: TrainingConfiguration? = nil, in folder: String = ""
  ) throws -> (TrainingConfiguration, PolicyChoice) {
    let dataset = try requireDataset()
    let device = try resolvedDevice()
    var recipe = try recipe(for: dataset, threads: Self.cores, on: device)
    let policy = policy ?? "none"
    let kept = RunDirectory.schedulePath(in: folder)
    let usesKept =
      try recorded?.policy == policy && recorded?.scheduleDigest != nil
      && isOwnFileThere(kept)
    let choice = try PolicyChoice(usesKept ? kept : policy, dataset: dataset.name, seed: recipe.seed)
    try choice.check(policyOrder ?? .schedule)
    recipe.cutout = try choice.cutoutRule.side(given: cutout, recipe: recipe.cutout)
    var configuration = TrainingConfiguration(
      data: selection(dataset.name, trainSize: trainSize, validationSize: validationSize),
      policy: policy, policyOrder: policyOrder ?? .schedule,
      scheduleDigest: choice.schedule.map { FileDigest(of: $0.jsonData()).sha256 },
      recipe: recipe, device: device.description, validateEvery: validateEvery, patience: patience)
    if let from { try configuration.begin(from: from, resuming: recorded) }
    configuration.earlierEpochs = recorded?.earlierEpochs
    configuration.changedAfter = recorded?.changedAfter
    try configuration.validate()
    return (configuration, choice)
  }

  /// A comparison's settings, the defaults filled in, and the policies they name.
  ///
  /// - Parameter folder: where the comparison keeps its own copies of schedules; nil before it has begun.
  /// - Returns: the settings and the policies that they name.
  /// - Throws: the error of the first setting that is not valid.
  func comparisonConfiguration(
    in folder: String? = nil
  ) throws -> (ComparisonConfiguration, ComparedPolicies) {
    let dataset = try requireDataset()
    let device = try resolvedDevice()
    let recipe = try recipe(for: dataset, threads: 1, on: device)
    var configuration = ComparisonConfiguration(
      data: selection(dataset.name, trainSize: trainSize, validationSize: validationSize),
      policies: policies ?? [], recipe: recipe, device: device.description)
    configuration.seeds = seeds ?? configuration.seeds
    if case .trials(let count) = concurrency {
      configuration.concurrency = count
    } else {
      // One training fills a GPU and may fill its memory.
      configuration.concurrency = device == .cpu ? max(1, Self.cores / recipe.threads) : 1
    }
    try configuration.validate()
    let policies = try ComparedPolicies(configuration, in: folder)
    let choices = try policies.choices(seed: recipe.seed)
    for choice in choices { _ = try choice.cutoutRule.side(given: nil, recipe: recipe.cutout) }
    configuration.scheduleDigests = choices.map { choice in
      choice.schedule.map { FileDigest(of: $0.jsonData()).sha256 } ?? ""
    }
    return (configuration, policies)
  }

  static var cores: Int { CoreCount.usable }

  func resolvedDevice() throws -> Device {
    let name = device ?? "auto"
    if name == "auto" { return Runtime.cudaDeviceCount() > 0 ? .cuda(0) : .cpu }
    guard let device = Device(name) else {
      throw SettingsError("device: found '\(name)', expected auto, cpu, cuda or cuda:N")
    }
    try Self.requireUsable(device)
    return device
  }

  /// The devices of a search, which may be several.
  func resolvedDevices() throws -> [Device] {
    guard let name = device, name.contains(",") else { return [try resolvedDevice()] }
    guard let devices = Device.list(name) else {
      throw SettingsError("device: found '\(name)', expected different CUDA devices, such as cuda:0,cuda:1")
    }
    for device in devices { try Self.requireUsable(device) }
    return devices
  }

  private static func requireUsable(_ device: Device) throws {
    if case .cuda(let index) = device {
      let count = Runtime.cudaDeviceCount()
      guard index < count else {
        throw SettingsError(
          "device: \(device) is not usable, \(count == 1 ? "1 CUDA device is" : "\(count) CUDA devices are"); see `pba doctor`, or give --device cpu"
        )
      }
    }
  }

  private func resolvedPrecision(on device: Device) throws -> Precision {
    let name = precision ?? "auto"
    if name == "auto" { return device == .cpu ? .fp32 : .bf16 }
    guard let precision = Precision(rawValue: name) else {
      throw SettingsError("precision: found '\(name)', expected auto, fp32 or bf16")
    }
    return precision
  }
}

/// A request that cannot be served, with the cure.
struct SettingsError: Error, CustomStringConvertible {
  let description: String
  /// Whether the request is wrong in itself, rather than for what was found on the disk.
  let isUsageMistake: Bool

  init(_ description: String, isUsageMistake: Bool = true) {
    self.description = description
    self.isUsageMistake = isUsageMistake
  }
}
