import Datasets
import Policies
import PopulationBasedTraining
import RunStore
import Search
import Text
import Torch
import Training

/// The settings of a search; a plain value that decides its result together with the images and the machine.
public struct SearchConfiguration: RunConfiguration, Hashable {
  /// The images.
  public var data: DataSelection
  /// The digest of the images, so that a resumed search notices others; nil where it was not taken.
  public var imageDigest: String?
  /// How every trial is trained.
  public var recipe: Recipe
  /// The number of trials.
  public var population: Int
  /// The number of epochs between two comparisons of a trial.
  public var interval: Int
  /// The share of the population that is replaced at a comparison, and the share that is copied; 0 to 0.5.
  public var quantile: Double
  /// The epochs at the beginning in which no trial is compared.
  ///
  /// A trial whose loss stops being a number is replaced anyway.
  public var burnIn: Int
  /// Whether each trial is compared as soon as it has a result, rather than all of them at the same epoch.
  public var asynchronous: Bool
  /// Which segment of an asynchronous search is first among equals.
  ///
  /// No option sets it: a resumed search keeps the order that it was begun with. Nil in a synchronous search, and where the
  /// search was begun before there were two.
  public var startOrder: StartOrder?
  /// What the trials are compared by; nil for the validation accuracy.
  ///
  /// For an executor whose score is another; networks of this process reach no other.
  public var objective: Objective?
  /// What chooses policies, and who copies whom; nil for PBA's explorer.
  public var explorer: NamedExplorer?
  /// What policies are chosen from; nil for PBA's space.
  public var space: SearchSpace?
  /// Where it is computed.
  public var device: DeviceList
  /// How many trials train at once.
  ///
  /// The result of a synchronous search does not depend on it. In an asynchronous one it decides, with chance, the
  /// order in which results come, unless it is 1.
  public var concurrency: Concurrency
  /// Whether worker processes train.
  public var workers: WorkerSettings

  /// A search.
  public static let kind = RunKind.search
  /// Settings that may differ when a search is resumed: the places of images, how many train at once, and by which processes.
  public var settingsWithoutEffect: Set<String> {
    DataSelection.namesOfPlaces.union(["concurrency"]).union(WorkerSettings.names)
  }

  /// Makes the settings; what is not given is as in the search on reduced CIFAR-10.
  public init(
    data: DataSelection, imageDigest: String? = nil, recipe: Recipe = Recipe(), population: Int = 16,
    interval: Int = 3, quantile: Double = 0.25, burnIn: Int = 0, asynchronous: Bool = false,
    device: DeviceList = .cpu, concurrency: Concurrency = .automatic
  ) {
    self.data = data
    self.imageDigest = imageDigest
    self.recipe = recipe
    self.population = population
    self.interval = interval
    self.quantile = quantile
    self.burnIn = burnIn
    self.asynchronous = asynchronous
    startOrder = asynchronous ? .arrival : nil
    objective = nil
    explorer = nil
    space = nil
    self.device = device
    self.concurrency = concurrency
    workers = WorkerSettings()
  }

  private enum CodingKeys: String, CodingKey {
    case data, imageDigest, recipe, population, interval, quantile, burnIn, asynchronous, startOrder,
      objective, explorer, space
    case device, concurrency
  }

  /// Settings that are newer than a journal have the value there that they had before they were settings.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    data = try values.decode(DataSelection.self, forKey: .data)
    imageDigest = try values.decodeIfPresent(String.self, forKey: .imageDigest)
    recipe = try values.decode(Recipe.self, forKey: .recipe)
    population = try values.decode(Int.self, forKey: .population)
    interval = try values.decode(Int.self, forKey: .interval)
    quantile = try values.decode(Double.self, forKey: .quantile)
    burnIn = try values.decodeIfPresent(Int.self, forKey: .burnIn) ?? 0
    asynchronous = try values.decodeIfPresent(Bool.self, forKey: .asynchronous) ?? false
    startOrder = try values.decodeIfPresent(StartOrder.self, forKey: .startOrder)
    objective = try values.decodeIfPresent(Objective.self, forKey: .objective)
    explorer = try values.decodeIfPresent(NamedExplorer.self, forKey: .explorer)
    space = try values.decodeIfPresent(SearchSpace.self, forKey: .space)
    device = try values.decode(DeviceList.self, forKey: .device)
    concurrency = try values.decode(Concurrency.self, forKey: .concurrency)
    workers = try WorkerSettings(from: decoder)
  }

  /// Encodes what is given; settings of workers stand among the others.
  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(data, forKey: .data)
    try values.encodeIfPresent(imageDigest, forKey: .imageDigest)
    try values.encode(recipe, forKey: .recipe)
    try values.encode(population, forKey: .population)
    try values.encode(interval, forKey: .interval)
    try values.encode(quantile, forKey: .quantile)
    try values.encode(burnIn, forKey: .burnIn)
    try values.encode(asynchronous, forKey: .asynchronous)
    try values.encodeIfPresent(startOrder, forKey: .startOrder)
    try values.encodeIfPresent(objective, forKey: .objective)
    try values.encodeIfPresent(explorer, forKey: .explorer)
    try values.encodeIfPresent(space, forKey: .space)
    try values.encode(device, forKey: .device)
    try values.encode(concurrency, forKey: .concurrency)
    try workers.encode(to: encoder)
  }

  /// How many trials train at once, in this process or as workers.
  public var trialsAtOnce: Concurrency { workers.workers.map(Concurrency.trials) ?? concurrency }

  /// The rules of the search.
  public var rules: SearchRules {
    SearchRules(
      population: population, interval: interval, quantile: quantile, burnIn: burnIn,
      asynchronous: asynchronous, startOrder: startOrder, epochs: recipe.epochs, seed: recipe.seed,
      space: space ?? .pba, objective: objective ?? .validationAccuracy)
  }

  /// What a schedule that the search finds is called, and says of its origin.
  public var origin: ScheduleOrigin {
    var facts: [String: JSONValue] = [
      "dataset": .string(data.publicName), "model": .string(recipe.model),
    ]
    facts["trainSize"] = data.trainSize.map { .integer($0) }
    facts["validationSize"] = data.validationSize.map { .integer($0) }
    if recipe.scaleToSize == true { facts["scaleToSize"] = .bool(true) }
    facts["explorer"] = explorer.map { .string($0.name) }
    return ScheduleOrigin(name: data.publicName, facts: facts)
  }

  /// Checks every setting.
  ///
  /// Throws `SettingError` for the first that is wrong, or what `Recipe.validate` throws.
  public func validate() throws {
    try recipe.validate()
    try rules.validate(for: madeExplorer)
    try workers.validate()
    guard workers.workers == nil, case .trials(let count) = concurrency else { return }
    guard (1...SearchRules.largest).contains(count) else {
      throw SettingError(
        "concurrency", found: "\(count)", expected: "a number from 1 to \(SearchRules.largest)")
    }
    try requireStreams(for: min(count, population), on: device)
  }
}
