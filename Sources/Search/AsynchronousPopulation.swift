import Policies
import PopulationBasedTraining
import RunStore

/// The state of an asynchronous search: what its journal holds, and which segments are in training.
///
/// Each result is compared with the last known results of the other trials, in the order of arrival; what follows is a
/// pure function of the journal and the settings. The rules are those of the original's scheduler (Ray Tune 0.7.0), but
/// for two: a copy always starts from the checkpoint that reached the score by which it was chosen, with that
/// checkpoint's policy as the one explored; and a trial whose loss stopped being a number is replaced.
struct AsynchronousPopulation {
  private let rules: SearchRules
  private let explorer: any Explorer<Policy>
  private var records: [SegmentPlace: SegmentRecord]
  private var trials: [Trial]
  /// Segments to be trained, those in training among them.
  private var planned: [SegmentPlace: SegmentRecord] = [:]
  private var running: Set<SegmentPlace> = []
  /// How many planned segments start from a segment's checkpoint.
  private var heirs: [SegmentPlace: Int] = [:]
  private var arrivals: Int

  /// What the decisions need to know of a trial; it follows from its segments.
  private struct Trial {
    /// The generation of its newest segment.
    var newest = 0
    /// Its last segment that has a result and is not the last of all: what it is compared by and copied from.
    var compared: SegmentPlan?
    /// What it reached there.
    var score: Score?
    /// Whether it reached the last epoch.
    var hasEnded = false
    /// Whether it failed when there was none to copy.
    var isStranded = false
  }

  /// What follows from a result.
  struct Consequence {
    /// Which result it was.
    let arrival: SegmentArrival
    /// Who copied whom, and the epoch from which the copy continues.
    let copies: [(exploit: Exploit<Policy>, epoch: Int)]
    /// The segments to be trained next.
    let plans: [SegmentPlan]
    /// Checkpoints that no trial can be in need of any more.
    let unneeded: [CheckpointRecord]
  }

  /// Takes up the state from all segments of a journal.
  init(
    _ rules: SearchRules, explorer: any Explorer<Policy> = PolicyPerturbation(),
    records found: [SegmentRecord]
  ) {
    self.rules = rules
    self.explorer = explorer
    records = Dictionary(found.map { ($0.plan.place, $0) }, uniquingKeysWith: { first, _ in first })
    arrivals = found.lazy.compactMap(\.arrival).max() ?? 0
    trials = [Trial](repeating: Trial(), count: rules.population)
    for record in found where record.result == nil { insert(record) }
    for place in records.keys where trials.indices.contains(place.trial) {
      trials[place.trial].newest = max(trials[place.trial].newest, place.generation)
    }
    for trial in trials.indices { refresh(trial) }
  }

  /// Takes up what a trial's segments say of it.
  private mutating func refresh(_ trial: Int) {
    var generation = trials[trial].newest
    let newest = record(trial, generation)
    trials[trial].hasEnded = newest.map { $0.arrival != nil && isLast($0.plan) } ?? false
    trials[trial].isStranded = newest.map { $0.arrival != nil && !isLast($0.plan) } ?? false
    while let record = record(trial, generation) {
      if record.arrival != nil, !isLast(record.plan) {
        trials[trial].compared = record.plan
        trials[trial].score = Score(trial: trial, value: record.lastResult?.score)
        return
      }
      generation -= 1
    }
  }

  private mutating func insert(_ record: SegmentRecord) {
    records[record.plan.place] = record
    planned[record.plan.place] = record
    if let parent = record.plan.parentPlace { heirs[parent, default: 0] += 1 }
  }

  private mutating func remove(_ place: SegmentPlace) {
    running.remove(place)
    guard let parent = planned.removeValue(forKey: place)?.plan.parentPlace else { return }
    heirs[parent] = heirs[parent].flatMap { $0 > 1 ? $0 - 1 : nil }
  }

  // MARK: What to train

  /// Takes up the segment that trains next: of the least epoch, and among equals by the search's ``StartOrder``.
  ///
  /// A segment whose parent has to be trained again waits for it. `nil` when none is ready.
  mutating func next() -> (record: SegmentRecord, parent: SegmentResult?)? {
    var best: SegmentRecord?
    for (place, record) in planned where !running.contains(place) {
      if let best, !isBefore(record.plan, best.plan) { continue }
      if let parent = record.plan.parentPlace, planned[parent] != nil { continue }
      best = record
    }
    guard let best else { return nil }
    running.insert(best.plan.place)
    return (best, best.plan.parentPlace.flatMap { records[$0]?.result })
  }

  /// Whether segments are in training.
  var isTraining: Bool { !running.isEmpty }

  /// Whether nothing is left to train.
  var isAtRest: Bool { planned.isEmpty }

  /// Puts a segment back that was not trained to its end.
  mutating func release(_ place: SegmentPlace) { running.remove(place) }

  /// The segments, not planned themselves, that waiting ones continue from, in order: those whose checkpoint satisfies a
  /// condition.
  func waitingFor(_ condition: (CheckpointRecord) -> Bool) -> [SegmentPlace] {
    heirs.keys.filter { place in
      planned[place] == nil && records[place]?.checkpoint.map(condition) ?? false
    }.sorted { ($0.generation, $0.trial) < ($1.generation, $1.trial) }
  }

  /// Plans a segment again, as its checkpoint is lost; false when it is planned already.
  mutating func planAgain(_ place: SegmentPlace) -> Bool {
    guard let record = records[place], planned[place] == nil else { return false }
    insert(SegmentRecord(plan: record.plan, lostResult: record.result, arrival: record.arrival))
    return true
  }

  private func isBefore(_ left: SegmentPlan, _ right: SegmentPlan) -> Bool {
    (rank(left), turn(left), left.trial, left.generation)
      < (rank(right), turn(right), right.trial, right.generation)
  }

  /// The epoch by which a segment waits for its turn: where it begins.
  ///
  /// A trial that copied one ahead of it is copied itself from where it was before, until it has trained. So that it is not
  /// copied without end, it is its turn as early as theirs.
  private func rank(_ plan: SegmentPlan) -> Int {
    switch rules.startOrder {
    case .arrival: min(plan.epochs.lowerBound, trials[plan.trial].compared?.epochs.upperBound ?? .max)
    case nil: plan.epochs.lowerBound
    }
  }

  /// The place of a segment among those that begin at the same epoch: the arrival of the result from which its trial
  /// continues, 0 for the first of a trial, and for all in the order of trials.
  private func turn(_ plan: SegmentPlan) -> Int {
    switch rules.startOrder {
    case .arrival: record(plan.trial, plan.generation - 1)?.arrival ?? 0
    case nil: 0
    }
  }

  // MARK: What has come

  /// Takes in the result of a segment and decides what follows.
  mutating func arrive(_ place: SegmentPlace, _ result: SegmentResult) throws -> Consequence {
    guard let known = records[place] else { throw SearchError.unknownSegment(place) }
    remove(place)
    let plan = known.plan
    let number = known.arrival ?? arrivals + 1
    arrivals = max(arrivals, number)
    records[place] = SegmentRecord(plan: plan, result: result, arrival: number)
    let arrival = SegmentArrival(place: place, result: result, number: number)
    // What was trained again was compared when it came first.
    guard known.arrival == nil else {
      if trials[place.trial].compared?.place == place { refresh(place.trial) }
      return Consequence(arrival: arrival, copies: [], plans: [], unneeded: unneeded([plan.parentPlace]))
    }
    let before = trials[place.trial].compared?.place
    refresh(place.trial)
    var copies: [(exploit: Exploit<Policy>, epoch: Int)] = []
    var plans: [SegmentPlan] = []
    for trial in trials.indices where trials[trial].isStranded {
      guard let decision = try decide(on: trial) else { continue }
      if let copy = decision.copy { copies.append(copy) }
      plans.append(decision.plan)
      trials[trial].isStranded = false
      trials[trial].newest = decision.plan.generation
      insert(SegmentRecord(plan: decision.plan))
    }
    return Consequence(
      arrival: arrival, copies: copies, plans: plans, unneeded: unneeded([plan.parentPlace, before]))
  }

  /// What a trial that has no next segment does now; `nil` while it failed and there is none to copy.
  private func decide(
    on trial: Int
  ) throws -> (plan: SegmentPlan, copy: (exploit: Exploit<Policy>, epoch: Int)?)? {
    guard let plan = trials[trial].compared, let score = trials[trial].score else { return nil }
    let epoch = plan.epochs.upperBound
    let isCompared = epoch >= rules.burnIn
    // In the order of arrival, which is the only order that a resumed search reproduces.
    var results: [SegmentRecord] {
      records.values.filter { $0.arrival != nil }.sorted { ($0.arrival ?? 0) < ($1.arrival ?? 0) }
    }
    var underway: [Policy] {
      trials.indices.compactMap { other in
        guard let newest = record(other, trials[other].newest), newest.arrival == nil else { return nil }
        return newest.plan.policy
      }
    }
    let exploit = try Exploit.decision(
      on: trial, among: isCompared ? comparedScores : [score],
      or: score.isFailed ? trials.compactMap(\.score) : [],
      hyperparameters: { trials[$0].compared?.policy },
      generation: plan.generation, fraction: rules.fraction(atEpoch: epoch),
      direction: rules.objective.direction,
      generator: rules.generator(trial: trial, generation: plan.generation),
      explorer: explorer, history: { results.map(Observation.init) }, underway: { underway })
    if let exploit, let source = trials[exploit.source].compared {
      let epoch = source.epochs.upperBound
      let next = SegmentPlan(
        generation: plan.generation + 1, trial: trial, epochs: rules.epochs(after: epoch),
        parent: source.trial, parentGeneration: source.generation, policy: exploit.explored,
        tuned: rules.tunedValues(
          after: exploit, from: trials[exploit.donor].compared?.tuned ?? [:], generation: plan.generation + 1)
      )
      return (next, (exploit, epoch))
    }
    guard !score.isFailed else { return nil }
    let next = SegmentPlan(
      generation: plan.generation + 1, trial: trial, epochs: rules.epochs(after: epoch), parent: trial,
      policy: plan.policy, tuned: plan.tuned)
    return (next, nil)
  }

  /// The last scores of the trials that still train and are past the burn-in.
  private var comparedScores: [Score] {
    trials.compactMap { trial in
      guard !trial.hasEnded, let plan = trial.compared,
        plan.epochs.upperBound >= rules.burnIn
      else { return nil }
      return trial.score
    }
  }

  private func record(_ trial: Int, _ generation: Int) -> SegmentRecord? {
    records[SegmentPlace(generation: generation, trial: trial)]
  }

  private func isLast(_ plan: SegmentPlan) -> Bool {
    plan.epochs.upperBound == rules.epochs
  }

  // MARK: What is kept

  /// Each trial's last result, in order; those without one are left out.
  var latest: [SegmentRecord] {
    trials.indices.compactMap { trial in
      if trials[trial].hasEnded { return record(trial, trials[trial].newest) }
      return trials[trial].compared.flatMap { records[$0.place] }
    }
  }

  /// The segments of some places.
  func records(_ places: [SegmentPlace]) -> [SegmentRecord] { places.compactMap { records[$0] } }

  /// The number of results so far.
  var resultCount: Int { arrivals }

  /// The number of trials that reached the last epoch.
  var endedCount: Int { trials.count(where: \.hasEnded) }

  /// The epochs trained by the trials that are furthest behind and furthest ahead.
  var epochs: ClosedRange<Int> {
    let reached = trials.indices.map { trial -> Int in
      guard let newest = record(trial, trials[trial].newest) else { return 0 }
      return newest.arrival == nil ? newest.plan.epochs.lowerBound : newest.plan.epochs.upperBound
    }
    return (reached.min() ?? 0)...(reached.max() ?? 0)
  }

  /// The checkpoints of trials at their end.
  var finalCheckpoints: Set<String> {
    Set(records.values.lazy.filter { isLast($0.plan) }.compactMap(\.checkpoint?.file))
  }

  /// The checkpoints that a trial may continue from, and those of trials at their end.
  var neededCheckpoints: Set<String> {
    Set(records.values.lazy.filter { isNeeded($0.plan.place) }.compactMap(\.checkpoint?.file))
  }

  private func unneeded(_ places: [SegmentPlace?]) -> [CheckpointRecord] {
    Set(places).compactMap { $0 }.filter { !isNeeded($0) }.compactMap { records[$0]?.checkpoint }
  }

  private func isNeeded(_ place: SegmentPlace) -> Bool {
    heirs[place] != nil || trials[place.trial].compared?.place == place
      || records[place].map { isLast($0.plan) } ?? false
  }
}
