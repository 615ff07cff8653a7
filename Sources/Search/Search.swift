import Foundation
import Policies
import RunStore

/// A search for an augmentation schedule: a state machine whose state is the journal of a run directory.
///
/// All trials train to the next comparison; then the worst copy the best and explore, by one transaction that
/// records the decisions and plans the next generation; after the last epoch the best trial's schedule is the result.
/// Between any two entries of the journal the process may be killed: what the journal holds decides how it goes on,
/// and the result is the same, byte for byte. It does not depend on how many trials train at once either.
public struct Search: Sendable {
  private let run: RunDirectory
  private let configuration: SearchConfiguration
  private let executor: any SegmentExecutor
  private let stop: StopFlag
  private let onEvent: @Sendable (SearchEvent) -> Void

  /// Makes a search on a run directory that was opened with the same settings.
  ///
  /// - Parameters:
  ///   - stop: ends the search, to be resumed, as soon as the segments in training end or give up.
  ///   - onEvent: told what happens; called from several threads.
  public init(
    run: RunDirectory, configuration: SearchConfiguration, executor: any SegmentExecutor,
    stop: StopFlag = StopFlag(), onEvent: @escaping @Sendable (SearchEvent) -> Void = { _ in }
  ) {
    self.run = run
    self.configuration = configuration
    self.executor = executor
    self.stop = stop
    self.onEvent = onEvent
  }

  /// Runs the search to its end from wherever its journal stands.
  ///
  /// A finished search gives its result again. Throws `SearchError`, `RunStoreError`, or what the decisions throw.
  public func callAsFunction() throws -> SearchResult {
    try configuration.validate()
    let planner = SearchPlanner(configuration: configuration)
    let journal = SearchJournal(run)
    if try journal.lastGeneration() == nil { try journal.plan(planner.firstGeneration()) }
    try restoreMetrics(journal)
    var metricsAreCurrent = true
    while true {
      while let generation = try journal.firstPlannedGeneration() {
        // Where an earlier generation is trained again, lines that are already written may change.
        let isNewest = try generation == journal.lastGeneration()
        metricsAreCurrent = metricsAreCurrent && isNewest
        try train(generation, planner, journal)
      }
      let generation = try journal.lastGeneration() ?? 0
      let finished = try journal.segments(generation: generation)
      if metricsAreCurrent {
        try run.metrics.append(finished.compactMap(SegmentLine.init))
      } else {
        try run.metrics.restore(
          try journal.segments(generations: 0..<generation + 1).compactMap(SegmentLine.init))
        metricsAreCurrent = true
      }
      let result = try writeSchedule(finished, planner, journal)
      guard let next = try planner.nextGeneration(after: finished) else {
        try run.finish()
        try run.checkpoints.keepOnly(Set(finished.compactMap(\.checkpoint?.file)))
        onEvent(.finished(result))
        return result
      }
      try journal.plan(next.plans)
      onEvent(.compared(generation: generation, exploits: next.exploits))
      let kept = try journal.segments(generations: max(0, generation - 1)..<generation + 1)
      try run.checkpoints.keepOnly(Set(kept.compactMap(\.checkpoint?.file)))
    }
  }

  private func train(_ generation: Int, _ planner: SearchPlanner, _ journal: SearchJournal) throws {
    let segments = try journal.segments(generation: generation)
    let parents = generation == 0 ? [] : try journal.segments(generation: generation - 1)
    let planned = segments.count { $0.result == nil }
    onEvent(
      .planned(
        generation: generation, of: planner.generations, epochs: planner.epochs(of: generation),
        trials: planned))
    let training = GenerationTraining(
      run: run, executor: executor, stop: stop, isLast: generation + 1 == planner.generations,
      onEvent: onEvent)
    try training(segments, parents: parents, concurrency: configuration.concurrency)
    guard stop.isRequested else { return }
    let left = try journal.segments(generation: generation).count { $0.result == nil }
    guard left > 0 else { return }
    throw SearchError.stopped(generation: generation, finished: segments.count - left, of: segments.count)
  }

  /// Brings the lines of the generations before the last planned one in line with the journal.
  private func restoreMetrics(_ journal: SearchJournal) throws {
    let complete = 0..<(try journal.lastGeneration() ?? 0)
    try run.metrics.restore(try journal.segments(generations: complete).compactMap(SegmentLine.init))
  }

  private func writeSchedule(
    _ finished: [SegmentRecord], _ planner: SearchPlanner, _ journal: SearchJournal
  ) throws -> SearchResult {
    let generation = finished.first?.plan.generation ?? 0
    let best = try planner.best(of: finished)
    let place = SegmentPlace(generation: generation, trial: best.trial)
    let schedule = try planner.schedule(
      of: best, ancestry: try journal.ancestry(of: place), version: run.version)
    try AtomicFile.write(schedule.jsonData(), to: run.schedulePath)
    onEvent(
      .scheduleWritten(
        generation: generation, trial: best.trial, validationAccuracy: best.validationAccuracy))
    return SearchResult(
      trial: best.trial, validationAccuracy: best.validationAccuracy, schedule: schedule,
      schedulePath: run.schedulePath,
      checkpointPath: run.checkpoints.path(of: SearchPlanner.checkpointName(place)))
  }
}
