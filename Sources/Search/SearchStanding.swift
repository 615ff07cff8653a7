import PopulationBasedTraining
import RunStore

/// Where a search stands, for display: what its journal held when it started, and its events since.
public struct SearchStanding: Hashable, Sendable {
  /// How far the trials are.
  public enum Progress: Hashable, Sendable {
    /// All trials train the same epochs, counted from 0; so many of them have finished.
    case generation(Int, of: Int, epochs: Range<Int>, finished: Int)
    /// Each trial is at its own epoch: those of the last and of the first one, and how many reached the end.
    case epochs(ClosedRange<Int>, ended: Int)
  }

  /// A trial that continued as a copy of another one.
  public struct Copy: Hashable, Sendable {
    /// The trial that copied.
    public let trial: Int
    /// The trial that was copied.
    public let source: Int
    /// The epoch from which it continues, where trials stand at different ones.
    public let epoch: Int?
    /// Whether both had the same score.
    public let isBetweenEquals: Bool
  }

  /// The number of trials.
  public let population: Int
  /// What they are compared by.
  public let objective: Objective
  /// What they reached.
  public private(set) var figures: PopulationFigures
  /// How far they are.
  public private(set) var progress: Progress
  /// The copies of the last comparison; of an asynchronous search the last few, the newest first.
  public private(set) var copies: [Copy]

  /// How many copies of an asynchronous search are kept.
  public static let keptCopies = 16

  /// Where a search by some rules stands when its journal holds these segments, in any order.
  public init(_ rules: SearchRules, records: [SegmentRecord]) {
    population = rules.population
    objective = rules.objective
    figures = PopulationFigures(rules.objective.direction)
    let scores = Self.scores(records)
    for record in records where record.result != nil {
      figures.take(record.plan.place, score: record.score)
    }
    if rules.asynchronous {
      let state = AsynchronousPopulation(rules, records: records)
      progress = .epochs(state.epochs, ended: state.endedCount)
      copies = Self.lastCopies(records, scores)
    } else {
      let last = records.lazy.map(\.plan.generation).max() ?? 0
      let current = records.lazy.filter { $0.result == nil }.map(\.plan.generation).min() ?? last
      progress = .generation(
        current, of: rules.generations, epochs: rules.epochs(of: current),
        finished: records.count { $0.plan.generation == current && $0.result != nil })
      copies = records.filter { $0.plan.generation == last }.compactMap {
        Self.copy($0.plan, epoch: nil, scores)
      }
      .sorted { $0.trial < $1.trial }
    }
  }

  /// Takes in what the search tells.
  public mutating func take(_ event: SearchEvent) {
    switch event {
    case .planned(let generation, let generations, let epochs, let trials):
      progress = .generation(generation, of: generations, epochs: epochs, finished: population - trials)
    case .segmentFinished(let place, let metrics):
      figures.take(place, score: metrics.score)
      countFinished(place)
    case .segmentFailed(let place, _):
      figures.take(place, score: nil)
      countFinished(place)
    case .compared(_, let exploits):
      copies = exploits.map {
        Copy(trial: $0.trial, source: $0.source, epoch: nil, isBetweenEquals: $0.isBetweenEquals)
      }
    case .copied(let exploit, let epoch):
      let copy = Copy(
        trial: exploit.trial, source: exploit.source, epoch: epoch, isBetweenEquals: exploit.isBetweenEquals)
      copies.insert(copy, at: 0)
      copies = Array(copies.prefix(Self.keptCopies))
    case .advanced(let epochs, let ended, _):
      progress = .epochs(epochs, ended: ended)
    case .segmentStarted, .checkpointLost, .checkpointRestored, .scheduleWritten, .capacity, .threadsRefused,
      .finished:
      break
    }
  }

  private mutating func countFinished(_ place: SegmentPlace) {
    guard case .generation(place.generation, let generations, let epochs, let finished) = progress else {
      return
    }
    progress = .generation(place.generation, of: generations, epochs: epochs, finished: finished + 1)
  }

  /// What each segment reached, also one that is trained again.
  private static func scores(_ records: [SegmentRecord]) -> [SegmentPlace: Double] {
    let reached = records.compactMap { record in
      record.lastResult?.score.map { (record.plan.place, $0) }
    }
    return Dictionary(reached, uniquingKeysWith: { first, _ in first })
  }

  private static func copy(_ plan: SegmentPlan, epoch: Int?, _ scores: [SegmentPlace: Double]) -> Copy? {
    guard let parent = plan.parent, parent != plan.trial else { return nil }
    let before = scores[SegmentPlace(generation: plan.generation - 1, trial: plan.trial)]
    let copied = plan.parentPlace.flatMap { scores[$0] }
    return Copy(
      trial: plan.trial, source: parent, epoch: epoch, isBetweenEquals: before != nil && before == copied)
  }

  /// The last copies of an asynchronous search, the newest first: a copy was decided on when the trial's result before
  /// it came.
  private static func lastCopies(
    _ records: [SegmentRecord], _ scores: [SegmentPlace: Double]
  ) -> [Copy] {
    let arrivals = Dictionary(
      records.map { ($0.plan.place, $0.arrival ?? 0) }, uniquingKeysWith: { first, _ in first })
    let dated = records.compactMap { record -> (arrival: Int, copy: Copy)? in
      let plan = record.plan
      guard let copy = copy(plan, epoch: plan.epochs.lowerBound, scores) else { return nil }
      let before = SegmentPlace(generation: plan.generation - 1, trial: plan.trial)
      return (arrivals[before] ?? 0, copy)
    }
    return dated.sorted { ($0.arrival, $0.copy.trial) > ($1.arrival, $1.copy.trial) }
      .prefix(keptCopies).map(\.copy)
  }
}

/// Who copied whom, as in `3←7`, with the epoch from which it continues; of two that were equally good this says so.
package func copyText(_ trial: Int, _ source: Int, epoch: Int?, isBetweenEquals: Bool) -> String {
  "\(trial)←\(source)" + (epoch.map { " at \($0)" } ?? "") + (isBetweenEquals ? " (equal)" : "")
}
