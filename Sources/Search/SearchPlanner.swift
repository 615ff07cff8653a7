import Text
import Augmentation
import Policies
import PopulationBasedTraining
import RunStore

/// The decisions of a search: pure functions of its settings and of what its journal holds.
struct SearchPlanner: Sendable {
  let configuration: SearchConfiguration

  /// The number of generations; the last one is shorter where the interval does not divide the epochs.
  var generations: Int { (configuration.recipe.epochs - 1) / configuration.interval + 1 }

  /// The epochs that every trial trains in a generation of a synchronous search.
  func epochs(of generation: Int) -> Range<Int> { epochs(after: generation * configuration.interval) }

  /// The epochs that a trial trains before its next comparison.
  func epochs(after start: Int) -> Range<Int> {
    start..<max(start, min(start + configuration.interval, configuration.recipe.epochs))
  }

  /// The share of the population at each end that a comparison after so many epochs is about; 0 in the burn-in.
  func fraction(atEpoch epoch: Int) -> Double { epoch < configuration.burnIn ? 0 : configuration.quantile }

  /// The random numbers of the decision on a trial at the end of one of its generations.
  func generator(trial: Int, generation: Int) -> RandomStream {
    RandomStream(seed: configuration.recipe.seed, domain: .exploit, trial: trial, epoch: generation)
  }

  /// The first generation: every trial from fresh weights, with a policy that does nothing.
  func firstGeneration() -> [SegmentPlan] {
    (0..<configuration.population).map {
      SegmentPlan(generation: 0, trial: $0, epochs: epochs(of: 0), parent: nil, policy: .searchStart)
    }
  }

  /// Compares a finished generation and plans the one after it; `nil` after the last, which is not compared.
  func nextGeneration(
    after finished: [SegmentRecord]
  ) throws -> (plans: [SegmentPlan], exploits: [Exploit<Policy>])? {
    guard let generation = finished.first?.plan.generation, generation + 1 < generations else { return nil }
    let policies = Dictionary(
      finished.map { ($0.plan.trial, $0.plan.policy) }, uniquingKeysWith: { first, _ in first })
    let exploits = try compare(
      finished.map { Score(trial: $0.plan.trial, value: $0.validationAccuracy) },
      hyperparameters: policies, generation: generation,
      fraction: fraction(atEpoch: epochs(of: generation).upperBound),
      generator: { self.generator(trial: $0, generation: generation) },
      explore: { explore($0, using: &$1) })
    let replaced = Dictionary(exploits.map { ($0.trial, $0) }, uniquingKeysWith: { first, _ in first })
    let plans = finished.map { record in
      let trial = record.plan.trial
      return SegmentPlan(
        generation: generation + 1, trial: trial, epochs: epochs(of: generation + 1),
        parent: replaced[trial]?.source ?? trial,
        policy: replaced[trial]?.explored ?? record.plan.policy)
    }
    return (plans, exploits)
  }

  /// The segment with the highest validation accuracy, among equals that of the lowest trial.
  ///
  /// Throws `SearchError.everyTrialFailed` when there is none.
  func best(of finished: [SegmentRecord]) throws(SearchError) -> SegmentRecord {
    if let best = finished.best { return best }
    var reason = "no result"
    if case .failed(let first) = finished.first?.result { reason = first }
    throw .everyTrialFailed(
      generation: finished.first?.plan.generation ?? 0, trials: finished.count, reason: reason)
  }

  /// The schedule that led to a trial's state.
  ///
  /// It holds no time and nothing of the machine, so that the same search gives the same bytes.
  ///
  /// - Parameter ancestry: the segments the state descends from, its own the last.
  func schedule(of best: SegmentRecord, ancestry: [SegmentRecord], version: String) throws -> Schedule {
    let steps = try lineage(
      of: best.plan.trial, through: best.plan.generation,
      in: ancestry.map { record in
        TrialSegment(
          trial: record.plan.trial, generation: record.plan.generation,
          startEpoch: record.plan.epochs.lowerBound, endEpoch: record.plan.epochs.upperBound,
          parent: record.plan.parent, parentGeneration: record.plan.parentGeneration,
          hyperparameters: record.plan.policy)
      })
    let (data, recipe) = (configuration.data, configuration.recipe)
    let epochsTrained = steps.reduce(0) { $0 + $1.epochs }
    var provenance: [String: JSONValue] = [
      "swift-pba": .string(version),
      "dataset": .string(data.publicName),
      "model": .string(recipe.model),
      "population": .integer(configuration.population),
      "interval": .integer(configuration.interval),
      "quantile": .number(configuration.quantile),
      "epochs": .integer(recipe.epochs),
      "seed": Int(exactly: recipe.seed).map { .integer($0) } ?? .string("\(recipe.seed)"),
      "trial": .integer(best.plan.trial),
      "generations": .integer(ancestry.count),
      "validationAccuracy": .number(best.validationAccuracy ?? 0),
    ]
    provenance["trainSize"] = data.trainSize.map { .integer($0) }
    provenance["validationSize"] = data.validationSize.map { .integer($0) }
    if recipe.scaleToSize == true { provenance["scaleToSize"] = .bool(true) }
    if configuration.asynchronous { provenance["asynchronous"] = .bool(true) }
    if configuration.burnIn > 0 { provenance["burnIn"] = .integer(configuration.burnIn) }
    // Written after every comparison: whoever reads the file before the end must be able to see that.
    if epochsTrained < recipe.epochs { provenance[Schedule.unfinishedKey] = .integer(epochsTrained) }
    return try Schedule(
      name: data.publicName,
      segments: steps.map { Schedule.Segment(epochs: $0.epochs, policy: $0.hyperparameters) },
      provenance: provenance)
  }
}
