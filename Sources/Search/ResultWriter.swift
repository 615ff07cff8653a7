import Files
import RunStore

/// Writes the schedule that led to a trial's state.
struct ResultWriter: Sendable {
  let run: RunDirectory
  let planner: SearchPlanner
  let onEvent: @Sendable (SearchEvent) -> Void

  /// Writes `schedule.json` for the state at the end of a segment, the best one, and gives it as a result.
  func write(_ best: (record: SegmentRecord, score: Double)) throws -> SearchResult {
    let place = best.record.plan.place
    let ancestry = try planner.journal(of: run).ancestry(of: place)
    let schedule = try planner.schedule(of: best, ancestry: ancestry, version: run.version)
    try AtomicFile.write(schedule.jsonData(), to: run.schedulePath)
    onEvent(
      .scheduleWritten(generation: place.generation, trial: place.trial, score: best.score))
    return SearchResult(
      trial: place.trial, score: best.score, schedule: schedule,
      tuned: planner.rules.tuned.isEmpty ? nil : TunedCourse(ancestry), schedulePath: run.schedulePath,
      checkpointPath: run.checkpoints.path(of: place.checkpointName(run.checkpoints.format)))
  }
}
