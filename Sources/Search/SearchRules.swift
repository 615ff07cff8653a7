import Augmentation
import Policies
import PopulationBasedTraining
import RunStore

/// What decides a search beside its networks: how many trials there are, how long they train, when they are compared.
public struct SearchRules: Hashable, Sendable {
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
  /// Which segment of an asynchronous search is first among equals; nil stands for the order of the trials.
  public var startOrder: StartOrder?
  /// The number of epochs that every trial trains.
  public var epochs: Int
  /// The source of all random numbers.
  public var seed: UInt64
  /// What policies are chosen from.
  public var space: SearchSpace
  /// What trials are compared by.
  public var objective: Objective
  /// Hyperparameters that join the search beside the policy, in the order of their names.
  ///
  /// They have random numbers of their own: the policies are those of the same search without them, given the same
  /// scores.
  public var tuned: [TunedRange]

  /// Makes the rules.
  public init(
    population: Int, interval: Int, quantile: Double, burnIn: Int, asynchronous: Bool,
    startOrder: StartOrder?, epochs: Int, seed: UInt64, space: SearchSpace = .pba,
    objective: Objective = .validationAccuracy, tuned: [TunedRange] = []
  ) {
    self.population = population
    self.interval = interval
    self.quantile = quantile
    self.burnIn = burnIn
    self.asynchronous = asynchronous
    self.startOrder = startOrder
    self.epochs = epochs
    self.seed = seed
    self.space = space
    self.objective = objective
    self.tuned = tuned.sorted { $0.name < $1.name }
  }

  /// The largest number of trials and of epochs between comparisons that is accepted.
  public static let largest = 1_000_000

  /// Checks every rule; throws `SettingError` for the first that has no meaning.
  public func validate() throws {
    for (name, value) in [("population", population), ("interval", interval)]
    where !(1...Self.largest).contains(value) {
      throw SettingError(name, found: "\(value)", expected: "a number from 1 to \(Self.largest)")
    }
    guard (0...0.5).contains(quantile) else {
      throw SettingError("quantile", found: "\(quantile)", expected: "a number from 0 to 0.5")
    }
    guard burnIn == 0 || (1..<epochs).contains(burnIn) else {
      throw SettingError(
        "burnIn", found: "\(burnIn)", expected: "0, or a number of epochs below the \(epochs) of the search")
    }
  }

  /// Checks every rule, also for what an explorer cannot work with; throws `SettingError` for the first that is wrong.
  public func validate(for explorer: some Explorer<Policy>) throws {
    try validate()
    guard population >= explorer.leastPopulation else {
      throw SettingError(
        "population", found: "\(population)",
        expected: "\(explorer.leastPopulation) or more with this \(setting: "explorer")")
    }
    guard explorer.isAsynchronous || !asynchronous else {
      throw SettingError(
        "asynchronous", found: "yes",
        expected:
          "no, as this \(setting: "explorer") compares all trials at the same epoch; leave it out")
    }
  }
}

extension SearchRules {
  /// The number of generations; the last one is shorter where the interval does not divide the epochs.
  public var generations: Int { (epochs - 1) / interval + 1 }

  /// The epochs that every trial trains in a generation of a synchronous search.
  public func epochs(of generation: Int) -> Range<Int> { epochs(after: generation * interval) }

  /// The epochs that a trial trains before its next comparison.
  func epochs(after start: Int) -> Range<Int> { start..<max(start, min(start + interval, epochs)) }

  /// The share of the population at each end that a comparison after so many epochs is about; 0 in the burn-in.
  func fraction(atEpoch epoch: Int) -> Double { epoch < burnIn ? 0 : quantile }

  /// The random numbers of what a trial begins with.
  func beginningGenerator(trial: Int) -> RandomStream {
    RandomStream(seed: seed, domain: .policyDraw, trial: trial)
  }

  /// The values of tuned hyperparameters with which a trial begins.
  func firstValues(trial: Int) -> [String: Double] {
    tuned.drawn { tuningGenerator(trial: trial, generation: 0, place: $0) }
  }

  /// The values with which a trial continues after a decision on it: explored where its policy is.
  ///
  /// - Parameters:
  ///   - exploit: the decision.
  ///   - copied: the values of the trial whose hyperparameters it takes over.
  ///   - generation: the trial's next generation.
  /// - Returns: a value for each name.
  func tunedValues(
    after exploit: Exploit<Policy>, from copied: [String: Double], generation: Int
  ) -> [String: Double] {
    guard exploit.explores else { return copied }
    return tuned.explored(from: copied) {
      tuningGenerator(trial: exploit.trial, generation: generation, place: $0)
    }
  }

  /// The random numbers of one hyperparameter of a trial at the beginning of a generation.
  private func tuningGenerator(trial: Int, generation: Int, place: Int) -> RandomStream {
    RandomStream(seed: seed, domain: .tuning, trial: trial, epoch: generation, sample: place)
  }

  /// The random numbers of the decision on a trial at the end of one of its generations.
  func generator(trial: Int, generation: Int) -> RandomStream {
    RandomStream(seed: seed, domain: .exploit, trial: trial, epoch: generation)
  }
}
