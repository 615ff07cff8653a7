import Policies
import PopulationBasedTraining
import RunStore
import Text

/// The decisions of a search: pure functions of its settings and of what its journal holds.
struct SearchPlanner: Sendable {
  let rules: SearchRules
  let origin: ScheduleOrigin
  let explorer: any Explorer<Policy>

  /// The journal of a run, with the space that the search chooses in.
  func journal(of run: RunDirectory) -> SearchJournal { SearchJournal(run, space: rules.space) }

  /// The first generation: every trial from fresh weights; with a policy that does nothing, unless the explorer has another.
  func firstGeneration() throws -> [SegmentPlan] {
    try (0..<rules.population).map { trial in
      var generator = rules.beginningGenerator(trial: trial)
      return SegmentPlan(
        generation: 0, trial: trial, epochs: rules.epochs(of: 0), parent: nil,
        policy: try explorer.beginning(of: trial, from: rules.space.start, using: &generator),
        tuned: rules.firstValues(trial: trial))
    }
  }

  /// Compares a finished generation and plans the one after it.
  ///
  /// - Parameters:
  ///   - finished: the segments of the generation, all ended.
  ///   - history: reads all segments of the search so far.
  /// - Returns: the next segments and who copies whom; nil after the last generation, which is not compared.
  /// - Throws: `PopulationError` where every trial has failed; what the explorer throws.
  func nextGeneration(
    after finished: [SegmentRecord], history: @escaping () throws -> [SegmentRecord]
  ) throws -> (plans: [SegmentPlan], exploits: [Exploit<Policy>])? {
    guard let generation = finished.first?.plan.generation, generation + 1 < rules.generations else {
      return nil
    }
    let policies = Dictionary(
      finished.map { ($0.plan.trial, $0.plan.policy) }, uniquingKeysWith: { first, _ in first })
    let exploits = try Exploit.decisions(
      comparing: finished.map { Score(trial: $0.plan.trial, value: $0.score) },
      hyperparameters: policies, generation: generation,
      fraction: rules.fraction(atEpoch: rules.epochs(of: generation).upperBound),
      direction: rules.objective.direction,
      generator: { rules.generator(trial: $0, generation: generation) },
      explorer: explorer, history: { try history().map(Observation.init) })
    let replaced = Dictionary(exploits.map { ($0.trial, $0) }, uniquingKeysWith: { first, _ in first })
    let values = Dictionary(
      finished.map { ($0.plan.trial, $0.plan.tuned) }, uniquingKeysWith: { first, _ in first })
    let plans = finished.map { record in
      let trial = record.plan.trial
      return SegmentPlan(
        generation: generation + 1, trial: trial, epochs: rules.epochs(of: generation + 1),
        parent: replaced[trial]?.source ?? trial,
        policy: replaced[trial]?.explored ?? record.plan.policy,
        tuned: replaced[trial].map {
          rules.tunedValues(after: $0, from: values[$0.donor] ?? [:], generation: generation + 1)
        } ?? record.plan.tuned)
    }
    return (plans, exploits)
  }

  /// The segment with the best score, among equals that of the lowest trial.
  ///
  /// Throws `SearchError.everyTrialFailed` when there is none.
  func best(of finished: [SegmentRecord]) throws(SearchError) -> (record: SegmentRecord, score: Double) {
    if let best = finished.best(rules.objective.direction), let score = best.score { return (best, score) }
    var reason = "no result"
    if case .failed(let first) = finished.first?.result { reason = first }
    throw .everyTrialFailed(
      generation: finished.first?.plan.generation ?? 0, trials: finished.count, reason: reason)
  }

  /// The schedule that led to a trial's state.
  ///
  /// It holds no time and nothing of the machine, so that the same search gives the same bytes.
  ///
  /// - Parameters:
  ///   - best: the trial's last segment and what it reached there.
  ///   - ancestry: the segments the state descends from, its own the last.
  ///   - version: the version of the program.
  /// - Returns: one segment of a schedule for each policy of the ancestry.
  /// - Throws: `PopulationError` where the ancestry has a gap.
  func schedule(
    of best: (record: SegmentRecord, score: Double), ancestry: [SegmentRecord], version: String
  ) throws -> Schedule {
    let steps = try lineage(
      of: best.record.plan.trial, through: best.record.plan.generation,
      in: ancestry.map { TrialSegment($0.plan) })
    let epochsTrained = steps.reduce(0) { $0 + $1.epochs }
    var provenance: [String: JSONValue] = [
      "swift-pba": .string(version),
      "population": .integer(rules.population),
      "interval": .integer(rules.interval),
      "quantile": .number(rules.quantile),
      "epochs": .integer(rules.epochs),
      "seed": Int(exactly: rules.seed).map { .integer($0) } ?? .string("\(rules.seed)"),
      "trial": .integer(best.record.plan.trial),
      "generations": .integer(ancestry.count),
    ]
    provenance.merge(rules.objective.facts(of: best.score)) { own, _ in own }
    provenance.merge(origin.facts) { own, _ in own }
    if rules.asynchronous { provenance["asynchronous"] = .bool(true) }
    if rules.burnIn > 0 { provenance["burnIn"] = .integer(rules.burnIn) }
    if !rules.tuned.isEmpty { provenance["tuned"] = TunedCourse(ancestry).value }
    // Written after every comparison: a file that is read before the end must say so.
    if epochsTrained < rules.epochs { provenance[Schedule.unfinishedKey] = .integer(epochsTrained) }
    return try Schedule(
      name: origin.name, space: rules.space,
      segments: steps.map { Schedule.Segment(epochs: $0.epochs, policy: $0.hyperparameters) },
      provenance: provenance)
  }
}

extension Objective {
  /// What a schedule says of the score that its search reached.
  fileprivate func facts(of score: Double) -> [String: JSONValue] {
    guard let name else { return ["validationAccuracy": .number(score)] }
    return ["score": .number(score), "scoreName": .string(name), "direction": .string(direction.rawValue)]
  }
}

extension TrialSegment<Policy> {
  init(_ plan: SegmentPlan) {
    self.init(
      trial: plan.trial, generation: plan.generation, startEpoch: plan.epochs.lowerBound,
      endEpoch: plan.epochs.upperBound, parent: plan.parent, parentGeneration: plan.parentGeneration,
      hyperparameters: plan.policy)
  }
}

extension Observation<Policy> {
  init(_ record: SegmentRecord) {
    self.init(segment: TrialSegment(record.plan), value: record.lastResult?.score)
  }
}
