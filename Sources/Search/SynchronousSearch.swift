import RunStore

/// A search that compares the whole population at once, when every trial has come to the same epoch.
///
/// One transaction records the decisions of a comparison by planning the next generation.
struct SynchronousSearch {
  let run: RunDirectory
  let planner: SearchPlanner
  let training: SegmentTraining
  let result: ResultWriter
  let slots: () throws -> Int

  /// Runs the search to its end from wherever its journal stands.
  func callAsFunction() throws -> SearchResult {
    let journal = planner.journal(of: run)
    if try journal.lastGeneration() == nil { try journal.plan(try planner.firstGeneration()) }
    try restoreMetrics(generations: 0..<(journal.lastGeneration() ?? 0), journal)
    var metricsAreCurrent = true
    var slots: Int?
    while true {
      while let generation = try journal.firstPlannedGeneration() {
        // Where an earlier generation is trained again, lines that are already written may change.
        let isNewest = try generation == journal.lastGeneration()
        metricsAreCurrent = metricsAreCurrent && isNewest
        let count = try slots ?? self.slots()
        slots = count
        try train(generation, slots: count, journal)
      }
      let generation = try journal.lastGeneration() ?? 0
      let finished = try journal.segments(generation: generation)
      let best = try planner.best(of: finished)
      if generation + 1 == planner.rules.generations, try planAgainIfLost(best.record, journal) {
        continue
      }
      if metricsAreCurrent {
        try run.metrics.append(finished.compactMap(line))
      } else {
        try restoreMetrics(generations: 0..<generation + 1, journal)
        metricsAreCurrent = true
      }
      let result = try result.write(best)
      guard
        let next = try planner.nextGeneration(
          after: finished, history: { try journal.segments(generations: 0..<generation + 1) })
      else {
        try run.finish()
        try run.checkpoints.keepOnly(Set(finished.compactMap(\.checkpoint?.file)))
        training.onEvent(.finished(result))
        return result
      }
      try journal.plan(next.plans)
      training.onEvent(.compared(generation: generation, exploits: next.exploits))
      let kept = try journal.results(generations: max(0, generation - 1)..<generation + 1)
      try run.checkpoints.keepOnly(Set(kept.values.compactMap(\.checkpoint?.file)))
    }
  }

  private func line(_ record: SegmentRecord) -> SegmentLine? { SegmentLine(record, planner.rules.objective) }

  private func train(_ generation: Int, slots: Int, _ journal: SearchJournal) throws {
    let segments = try journal.segments(generation: generation)
    let parents = try journal.results(generations: generation - 1..<generation)
    training.onEvent(
      .planned(
        generation: generation, of: planner.rules.generations, epochs: planner.rules.epochs(of: generation),
        trials: segments.count { $0.result == nil }))
    try GenerationTraining(run: run, training: training)(segments, parents: parents, slots: slots)
    guard training.stop.isRequested else { return }
    let left = try journal.plannedSegments(generation: generation)
    guard left > 0 else { return }
    throw SearchError.stopped(generation: generation, finished: segments.count - left, of: segments.count)
  }

  /// Brings the lines of some generations, the first ones, in line with the journal.
  private func restoreMetrics(generations: Range<Int>, _ journal: SearchJournal) throws {
    try run.metrics.restore(pieces: generations) {
      try journal.segments(generation: $0).compactMap(line)
    }
  }

  /// A search does not end without the checkpoint it names as its result; once ended, that is the owner's.
  private func planAgainIfLost(_ best: SegmentRecord, _ journal: SearchJournal) throws -> Bool {
    guard let checkpoint = best.checkpoint, try !run.isFinished,
      try !run.checkpoints.holds(checkpoint)
    else {
      return false
    }
    try journal.planAgain([best.plan.place])
    training.onEvent(.checkpointLost(best.plan.place))
    return true
  }
}
