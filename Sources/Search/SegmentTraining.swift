import RunStore
import Text
import Threads

/// A planned segment and what it starts from.
struct SegmentJob: Sendable {
  let record: SegmentRecord
  /// The checkpoint to start from and the segment that made it.
  let parent: (place: SegmentPlace, checkpoint: CheckpointRecord)?

  /// - Parameters:
  ///   - record: the planned segment.
  ///   - parent: how the segment's parent ended, if it has one.
  ///   - run: the folder of the search.
  /// - Throws: ``SearchError`` when the parent has no checkpoint, as the journal must not say.
  init(_ record: SegmentRecord, parent: SegmentResult?, in run: RunDirectory) throws(SearchError) {
    self.record = record
    guard let place = record.plan.parentPlace else {
      self.parent = nil
      return
    }
    switch parent {
    case .done(let checkpoint, _): self.parent = (place, checkpoint)
    case .failed(let reason): throw .notReproduced(place, reason: reason)
    case nil: throw .brokenJournal(path: run.path, place)
    }
  }
}

/// How the training of a segment ended.
enum SegmentEnding: Sendable {
  case result(SegmentRecord, SegmentResult)
  case parentLost(SegmentPlace, of: SegmentPlace)
  case error(SegmentPlace, SearchError)
  case interrupted(SegmentPlace)
}

/// Trains single segments and makes their checkpoints durable.
struct SegmentTraining: Sendable {
  let run: RunDirectory
  let executor: any SegmentExecutor
  let rules: SearchRules
  let stop: StopFlag
  let onEvent: @Sendable (SearchEvent) -> Void

  /// Trains one segment; on a worker's thread.
  func train(_ job: SegmentJob, slot: Int) -> SegmentEnding {
    let plan = job.record.plan
    if stop.isRequested { return .interrupted(plan.place) }
    let file = plan.place.checkpointName(run.checkpoints.format)
    do {
      if let parent = job.parent, try !run.checkpoints.holds(parent.checkpoint) {
        return .parentLost(parent.place, of: plan.place)
      }
      onEvent(.segmentStarted(plan.place, epochs: plan.epochs))
      let outcome = try executor.run(
        SegmentRequest(
          key: SegmentKey(plan.place), seed: rules.seed, epochs: plan.epochs,
          isLast: plan.epochs.upperBound == rules.epochs, policy: plan.policy,
          space: rules.space.isPBA ? nil : rules.space,
          parentCheckpoint: job.parent.map { run.checkpoints.path(of: $0.checkpoint.file) },
          checkpoint: run.checkpoints.temporaryPath(for: file), tuned: plan.tuned, slot: slot), stop: stop)
      switch outcome {
      case .trained(let metrics) where metrics.isFinite:
        try metrics.validate(rules.objective)
        return .result(job.record, .done(try run.checkpoints.seal(file), metrics))
      case .trained:
        try run.checkpoints.discard(file)
        return .result(job.record, .failed(reason: "a figure of its result is not a number"))
      case .notFinite(let reason):
        try run.checkpoints.discard(file)
        return .result(job.record, .failed(reason: reason))
      }
    } catch is WorkStopped {
      return .interrupted(plan.place)
    } catch {
      return .error(plan.place, .segment(plan.place, reason: ErrorText(error)))
    }
  }

  /// Starts threads to train on.
  ///
  /// - Throws: `SearchError.noThread` where the system has none.
  func workers<Workers>(_ start: () throws -> Workers) throws -> Workers {
    do {
      return try start()
    } catch let error as ThreadError {
      throw SearchError.noThread(error)
    }
  }

  /// Tells where the system starts fewer threads than were asked for.
  func tellOfThreads(_ started: Int, of wanted: Int) {
    if started < wanted { onEvent(.threadsRefused(started: started, of: wanted)) }
  }

  /// Gives the checkpoints among some results their names, durably.
  func publish(_ results: [(record: SegmentRecord, result: SegmentResult)]) throws {
    try run.checkpoints.publish(results.compactMap(\.result.checkpoint))
  }

  /// Tells of results that are durable.
  func tell(of results: [(record: SegmentRecord, result: SegmentResult)]) {
    for (record, result) in results {
      let place = record.plan.place
      switch result {
      case .done(let checkpoint, let metrics):
        onEvent(.segmentFinished(place, metrics))
        if let lost = record.lostCheckpoint {
          onEvent(.checkpointRestored(place, identical: lost.digest == checkpoint.digest))
        }
      case .failed(let reason):
        onEvent(.segmentFailed(place, reason: reason))
      }
    }
  }
}
