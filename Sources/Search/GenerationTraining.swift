import RunStore
import Threads

/// Trains the planned segments of one generation, several at once, and records each as it ends.
struct GenerationTraining: Sendable {
  let run: RunDirectory
  let training: SegmentTraining

  /// Trains what is planned of these segments.
  ///
  /// When the checkpoint of a parent is damaged or lost, the parent is planned again and its children stay planned;
  /// calling this for the lowest planned generation until none is left brings everything back, if need be from the
  /// first generation, as every segment can be trained again from what the journal holds.
  func callAsFunction(_ segments: [SegmentRecord], parents: [SegmentPlace: SegmentResult], slots: Int) throws
  {
    let jobs = try segments.filter { $0.result == nil }
      .map { try SegmentJob($0, parent: $0.plan.parentPlace.flatMap { parents[$0] }, in: run) }
    let workers = try training.workers {
      try WorkerThreads(jobs, slots: slots) { training.train($0, slot: $1) }
    }
    training.tellOfThreads(workers.count, of: min(slots, jobs.count))
    var failure: (any Error)?
    var lost: Set<SegmentPlace> = []
    while let endings = workers.nextBatch() {
      // After a failure what the others still finish is recorded too.
      do {
        try record(endings)
      } catch {
        failure = failure ?? error
        workers.cancel()
      }
      for ending in endings {
        switch ending {
        case .result: break
        case .parentLost(let place, _): lost.insert(place)
        case .interrupted: workers.cancel()
        case .error(_, let error):
          failure = failure ?? error
          workers.cancel()
        }
      }
    }
    if let failure { throw failure }
    if !lost.isEmpty {
      let places = lost.sorted { $0.trial < $1.trial }
      try SearchJournal(run).planAgain(places)
      for place in places { training.onEvent(.checkpointLost(place)) }
    }
  }

  /// Makes results durable, all of them by one transaction, and then tells of them.
  private func record(_ endings: [SegmentEnding]) throws {
    let results = endings.compactMap { ending in
      if case .result(let record, let result) = ending { (record: record, result: result) } else { nil }
    }
    guard !results.isEmpty else { return }
    try training.publish(results)
    try SearchJournal(run).record(results.map { ($0.record.plan.place, $0.result) })
    training.tell(of: results)
  }
}
