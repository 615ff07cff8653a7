import Policies
import PopulationBasedTraining
import RunStore
import Search
import Text
import Torch

/// The settings of a search for a user's trainer; a plain value that decides its result together with the trainer.
public struct TrainerConfiguration: RunConfiguration, Hashable {
  /// The trainer's file, by its whole path, and its class.
  public var trainer: TrainerName
  /// The SHA-256 of the trainer's file, so that a resumed search notices another one.
  public var trainerDigest: String
  /// What the class is made with; nil where no settings are given.
  public var trainerConfig: TrainerSettings?
  /// What the trials are compared by: one of the numbers that the trainer returns.
  public var objective: Objective
  /// The hyperparameters that join the search; nil for none.
  public var tune: [TunedRange]?
  /// How long every trial trains.
  public var epochs: Int
  /// The seed of all random numbers.
  public var seed: UInt64
  /// The number of trials.
  public var population: Int
  /// The number of epochs between two comparisons of a trial.
  public var interval: Int
  /// The share of the population that is replaced at a comparison, and the share that is copied; 0 to 0.5.
  public var quantile: Double
  /// The epochs at the beginning in which no trial is compared.
  public var burnIn: Int
  /// Whether each trial is compared as soon as it has a result, rather than all of them at the same epoch.
  public var asynchronous: Bool
  /// Which segment of an asynchronous search is first among equals; nil in a synchronous search.
  public var startOrder: StartOrder?
  /// What chooses policies, and who copies whom; nil for PBA's explorer.
  public var explorer: NamedExplorer?
  /// What policies are chosen from; nil for PBA's space.
  public var space: SearchSpace?
  /// Where it is computed.
  public var device: DeviceList
  /// How many workers train at once, unless it is one on each device or on each core, and how long is waited for them.
  public var workers: WorkerSettings

  private enum CodingKeys: String, CodingKey {
    case trainer, trainerDigest, trainerConfig, objective, tune, epochs, seed, population, interval, quantile,
      burnIn, asynchronous, startOrder, explorer, space, device
    // A group of settings, one of which has the name `workers`.
    case workers = "workerSettings"
  }

  /// A search.
  public static let kind = RunKind.search
  /// What a resumed search may have otherwise: a file that was mended or moved, and how many train at once.
  public var settingsWithoutEffect: Set<String> {
    WorkerSettings.names.union(["trainer", "trainerDigest"])
  }

  /// The name of the score where no other is given.
  public static let usualScore = "score"

  /// Makes the settings; what is not given is as in a search with networks of this program.
  public init(
    trainer: TrainerName, trainerDigest: String, trainerConfig: TrainerSettings? = nil,
    objective: Objective = Objective(name: Self.usualScore), tune: [TunedRange] = [], epochs: Int,
    seed: UInt64 = 0, population: Int = 16, interval: Int = 3, quantile: Double = 0.25, burnIn: Int = 0,
    asynchronous: Bool = false, device: DeviceList = .cpu, workers: WorkerSettings = WorkerSettings()
  ) {
    self.trainer = trainer
    self.trainerDigest = trainerDigest
    self.trainerConfig = trainerConfig
    self.objective = objective
    self.tune = tune.isEmpty ? nil : tune.sorted { $0.name < $1.name }
    self.epochs = epochs
    self.seed = seed
    self.population = population
    self.interval = interval
    self.quantile = quantile
    self.burnIn = burnIn
    self.asynchronous = asynchronous
    startOrder = asynchronous ? .arrival : nil
    explorer = nil
    space = nil
    self.device = device
    self.workers = workers
  }

  /// The rules of the search.
  public var rules: SearchRules {
    SearchRules(
      population: population, interval: interval, quantile: quantile, burnIn: burnIn,
      asynchronous: asynchronous, startOrder: startOrder, epochs: epochs, seed: seed,
      space: space ?? .pba, objective: objective,
      tuned: tune ?? [])
  }

  /// What a schedule that the search finds is called, and says of its origin.
  public var origin: ScheduleOrigin {
    let name = trainer.publicName
    var facts: [String: JSONValue] = ["trainer": .string(name)]
    facts["explorer"] = explorer.map { .string($0.name) }
    return ScheduleOrigin(name: name, facts: facts)
  }

  /// One worker on each device, on the processor as many as there are cores, unless a number is given.
  public var trialsAtOnce: Concurrency {
    workers.workers.map(Concurrency.trials) ?? (device == .cpu ? .automatic : .trials(device.devices.count))
  }

  /// What a worker has as the name of the score; nil for the usual one.
  fileprivate var metric: String? { objective.name == Self.usualScore ? nil : objective.name }

  /// Checks every setting; throws `SettingError` for the first that is wrong.
  public func validate() throws {
    guard (1...SearchRules.largest).contains(epochs) else {
      throw SettingError("epochs", found: "\(epochs)", expected: "a number from 1 to \(SearchRules.largest)")
    }
    try rules.validate(for: madeExplorer)
    try workers.validate()
    var names: Set<String> = []
    for range in tune ?? [] {
      guard names.insert(range.name).inserted else {
        throw SettingError("tune", found: "\(range.name) twice", expected: "each name once")
      }
      guard trainerConfig?.hasNumber(range.name) == true else {
        throw SettingError(
          "tune", found: range.name,
          expected:
            "a number among the trainer's own settings, which it replaces; give it a value in \(setting: "trainerConfig"), such as \(range.name): \(range.values.lowerBound)"
        )
      }
    }
  }
}

extension TrainerWork {
  /// The work of a search's worker on a device as that sees it.
  public init(_ search: TrainerConfiguration, device: Device) {
    self.init(
      file: search.trainer.file, digest: search.trainerDigest, className: search.trainer.className,
      settings: (search.trainerConfig ?? TrainerSettings()).value, epochs: search.epochs, device: device,
      metric: search.metric)
  }
}
