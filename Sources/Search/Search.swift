import Files
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
    try restoreMetrics(generations: 0..<(journal.lastGeneration() ?? 0), journal)
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
      let best = try planner.best(of: finished)
      if generation + 1 == planner.generations, try planAgainIfLost(best.trial, of: finished, journal) {
        continue
      }
      if metricsAreCurrent {
        try run.metrics.append(finished.compactMap(SegmentLine.init))
      } else {
        try restoreMetrics(generations: 0..<generation + 1, journal)
        metricsAreCurrent = true
      }
      let result = try writeSchedule(of: best, generation: generation, planner, journal)
      guard let next = try planner.nextGeneration(after: finished) else {
        try run.finish()
        try run.checkpoints.keepOnly(Set(finished.compactMap(\.checkpoint?.file)))
        onEvent(.finished(result))
        return result
      }
      try journal.plan(next.plans)
      onEvent(.compared(generation: generation, exploits: next.exploits))
      let kept = try journal.results(generations: max(0, generation - 1)..<generation + 1)
      try run.checkpoints.keepOnly(Set(kept.values.compactMap(\.checkpoint?.file)))
    }
  }

  private func train(_ generation: Int, _ planner: SearchPlanner, _ journal: SearchJournal) throws {
    let segments = try journal.segments(generation: generation)
    let parents = try journal.results(generations: generation - 1..<generation)
    onEvent(
      .planned(
        generation: generation, of: planner.generations, epochs: planner.epochs(of: generation),
        trials: segments.count { $0.result == nil }))
    let training = GenerationTraining(
      run: run, executor: executor, stop: stop, isLast: generation + 1 == planner.generations,
      onEvent: onEvent)
    try training(segments, parents: parents, concurrency: configuration.concurrency)
    guard stop.isRequested else { return }
    let left = try journal.plannedSegments(generation: generation)
    guard left > 0 else { return }
    throw SearchError.stopped(generation: generation, finished: segments.count - left, of: segments.count)
  }

  /// Brings the lines of some generations, the first ones, in line with the journal.
  private func restoreMetrics(generations: Range<Int>, _ journal: SearchJournal) throws {
    try run.metrics.restore(try journal.segments(generations: generations).compactMap(SegmentLine.init))
  }

  /// A search does not end without the checkpoint it names as its result; once ended, that is the owner's.
  private func planAgainIfLost(
    _ trial: Int, of finished: [SegmentRecord], _ journal: SearchJournal
  ) throws -> Bool {
    guard let best = finished.first(where: { $0.plan.trial == trial }), let checkpoint = best.checkpoint,
      try !run.isFinished, !run.checkpoints.holds(checkpoint)
    else { return false }
    try journal.planAgain([best.plan.place])
    onEvent(.checkpointLost(best.plan.place))
    return true
  }

  private func writeSchedule(
    of best: (trial: Int, validationAccuracy: Double), generation: Int, _ planner: SearchPlanner,
    _ journal: SearchJournal
  ) throws -> SearchResult {
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
