import RunStore

/// Trains the planned segments of one generation, several at once, and records each as it ends.
struct GenerationTraining: Sendable {
  let run: RunDirectory
  let executor: any SegmentExecutor
  let stop: StopFlag
  let isLast: Bool
  let onEvent: @Sendable (SearchEvent) -> Void

  private struct Job: Sendable {
    let record: SegmentRecord
    /// The checkpoint to start from and the segment that made it.
    let parent: (place: SegmentPlace, checkpoint: CheckpointRecord)?
  }

  private enum Ending: Sendable {
    case result(SegmentRecord, SegmentResult)
    case parentLost(SegmentPlace)
    case error(SearchError)
    case interrupted
  }

  /// Trains what is planned of these segments.
  ///
  /// When the checkpoint of a parent is damaged or lost, the parent is planned again and its children stay planned;
  /// calling this for the lowest planned generation until none is left brings everything back, if need be from the
  /// first generation, as every segment can be trained again from what the journal holds.
  func callAsFunction(_ segments: [SegmentRecord], parents: [SegmentPlace: SegmentResult], concurrency: Int)
    throws
  {
    let jobs = try segments.filter { $0.result == nil }.map { try job($0, parents: parents) }
    let workers = WorkerThreads(jobs, count: concurrency) { stop.isRequested ? .interrupted : train($0) }
    var failure: (any Error)?
    var lost: Set<SegmentPlace> = []
    while let endings = workers.nextBatch() {
      // After a failure what the others still finish is recorded all the same.
      do {
        try record(endings)
      } catch {
        failure = failure ?? error
        workers.cancel()
      }
      for ending in endings {
        switch ending {
        case .result: break
        case .parentLost(let place): lost.insert(place)
        case .interrupted: workers.cancel()
        case .error(let error):
          failure = failure ?? error
          workers.cancel()
        }
      }
    }
    if let failure { throw failure }
    if !lost.isEmpty {
      let places = lost.sorted { $0.trial < $1.trial }
      try SearchJournal(run).planAgain(places)
      for place in places { onEvent(.checkpointLost(place)) }
    }
  }

  private func job(_ record: SegmentRecord, parents: [SegmentPlace: SegmentResult]) throws -> Job {
    guard let trial = record.plan.parent else { return Job(record: record, parent: nil) }
    let place = SegmentPlace(generation: record.plan.generation - 1, trial: trial)
    switch parents[place] {
    case .done(let checkpoint, _): return Job(record: record, parent: (place, checkpoint))
    case .failed(let reason): throw SearchError.notReproduced(place, reason: reason)
    case nil: throw SearchError.brokenJournal(path: run.path, place)
    }
  }

  /// Trains one segment; on a worker's thread.
  private func train(_ job: Job) -> Ending {
    let plan = job.record.plan
    if let parent = job.parent, !run.checkpoints.holds(parent.checkpoint) { return .parentLost(parent.place) }
    let file = SearchPlanner.checkpointName(plan.place)
    onEvent(.segmentStarted(plan.place, epochs: plan.epochs))
    do {
      let outcome = try executor.run(
        SegmentRequest(
          trial: plan.trial, generation: plan.generation, epochs: plan.epochs, isLast: isLast,
          policy: plan.policy,
          parentCheckpoint: job.parent.map { run.checkpoints.path(of: $0.checkpoint.file) },
          checkpoint: run.checkpoints.temporaryPath(for: file), stop: stop))
      switch outcome {
      case .trained(let metrics) where metrics.isFinite:
        return .result(job.record, .done(try run.checkpoints.seal(file), metrics))
      case .trained:
        try run.checkpoints.discard(file)
        return .result(job.record, .failed(reason: "a figure of its result is not a number"))
      case .notFinite(let reason):
        try run.checkpoints.discard(file)
        return .result(job.record, .failed(reason: reason))
      }
    } catch is SearchInterrupted {
      return .interrupted
    } catch {
      return .error(.segment(plan.place, reason: "\(error)"))
    }
  }

  /// Makes results durable, all of them by one transaction, and then tells of them.
  private func record(_ endings: [Ending]) throws {
    let results = endings.compactMap { ending in
      if case .result(let record, let result) = ending { (record: record, result: result) } else { nil }
    }
    guard !results.isEmpty else { return }
    try run.checkpoints.publish(
      results.compactMap { if case .done(let checkpoint, _) = $0.result { checkpoint } else { nil } })
    try SearchJournal(run).record(results.map { ($0.record.plan.place, $0.result) })
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
