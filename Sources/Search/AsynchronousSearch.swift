import RunStore
import Threads

/// A search in which each trial is compared as soon as it has a result; its state is the journal.
///
/// A result, its place in the order of arrival and the segment that follows from it are one transaction, made before
/// that segment starts. Killed between any two of them, the search continues from what the journal holds. With one
/// segment at a time the order of arrival is given, and so is the result.
struct AsynchronousSearch {
  let run: RunDirectory
  let planner: SearchPlanner
  let training: SegmentTraining
  let result: ResultWriter
  let slots: () throws -> Int

  private func line(_ record: SegmentRecord) -> SegmentLine? { SegmentLine(record, planner.rules.objective) }
  private var journal: SearchJournal { planner.journal(of: run) }

  /// Runs the search to its end from wherever its journal stands.
  func callAsFunction() throws -> SearchResult {
    if try journal.lastGeneration() == nil { try journal.plan(try planner.firstGeneration()) }
    let records = try journal.segmentsByArrival()
    try run.metrics.restore(records.compactMap(line))
    var population = AsynchronousPopulation(planner.rules, explorer: planner.explorer, records: records)
    tell(population)
    guard try !run.isFinished else { return try finish(population) }
    try planMissingAgain(&population)
    try run.checkpoints.keepOnly(population.neededCheckpoints)
    while true {
      if !population.isAtRest { try train(&population) }
      let best = try planner.best(of: population.latest)
      guard let checkpoint = best.record.checkpoint, try !run.checkpoints.holds(checkpoint) else {
        return try finish(population)
      }
      // A search does not end without the checkpoint it names as its result.
      try planAgain(best.record.plan.place, &population)
    }
  }

  private func finish(_ population: AsynchronousPopulation) throws -> SearchResult {
    let found = try result.write(try planner.best(of: population.latest))
    try run.finish()
    try run.checkpoints.keepOnly(population.finalCheckpoints)
    training.onEvent(.finished(found))
    return found
  }

  /// Trains until nothing is planned.
  private func train(_ population: inout AsynchronousPopulation) throws {
    let wanted = min(try slots(), planner.rules.population)
    let workers = try training.workers {
      try WorkerThreads(slots: wanted) { [training] in training.train($0, slot: $1) }
    }
    let slots = workers.count
    training.tellOfThreads(slots, of: wanted)
    defer { workers.finish() }
    var failure: (any Error)?
    var canRecord = true
    var inTraining = 0
    while true {
      if failure == nil, !training.stop.isRequested {
        do {
          while inTraining < slots, let next = population.next() {
            workers.add(try SegmentJob(next.record, parent: next.parent, in: run))
            inTraining += 1
          }
        } catch {
          failure = error
        }
      }
      guard inTraining > 0, let endings = workers.nextBatch() else { break }
      inTraining -= endings.count
      // After the failure of a segment what the others still finish is recorded too; after one of the journal
      // nothing is, as it would follow from results that the journal does not hold.
      guard canRecord else { continue }
      do {
        try take(endings, &population)
      } catch let error as Unrecorded {
        failure = failure ?? error.cause
        canRecord = false
      } catch {
        failure = failure ?? error
      }
    }
    if let failure { throw failure }
    if !population.isAtRest {
      throw SearchError.stoppedBetween(
        results: population.resultCount, ended: population.endedCount, trials: planner.rules.population)
    }
  }

  /// Results that the population took up and the journal did not.
  private struct Unrecorded: Error {
    let cause: any Error
  }

  /// Records how segments ended and what follows, by one transaction.
  private func take(_ endings: [SegmentEnding], _ population: inout AsynchronousPopulation) throws {
    var results: [(record: SegmentRecord, result: SegmentResult)] = []
    var failure: SearchError?
    for ending in endings {
      switch ending {
      case .result(let record, let result): results.append((record, result))
      case .parentLost(let parent, of: let place):
        population.release(place)
        do {
          try planAgain(parent, &population)
        } catch {
          throw Unrecorded(cause: error)
        }
      case .interrupted(let place): population.release(place)
      case .error(let place, let error):
        population.release(place)
        failure = failure ?? error
      }
    }
    if !results.isEmpty {
      do {
        try record(results, &population)
      } catch {
        throw Unrecorded(cause: error)
      }
    }
    if let failure { throw failure }
  }

  private func record(
    _ results: [(record: SegmentRecord, result: SegmentResult)], _ population: inout AsynchronousPopulation
  ) throws {
    try training.publish(results)
    let before = population.resultCount
    let consequences = try results.map { try population.arrive($0.record.plan.place, $0.result) }
    try journal.record(consequences.map(\.arrival), planning: consequences.flatMap(\.plans))
    training.tell(of: results)
    if results.contains(where: { $0.record.arrival != nil }) {
      // What was trained again has its line in the middle.
      try run.metrics.restore(try journal.segmentsByArrival().compactMap(line))
    } else {
      try run.metrics.append(
        population.records(consequences.map(\.arrival.place)).compactMap(line))
    }
    for consequence in consequences {
      for copy in consequence.copies { training.onEvent(.copied(copy.exploit, epoch: copy.epoch)) }
      for checkpoint in consequence.unneeded { try run.checkpoints.remove(checkpoint) }
    }
    tell(population)
    // As often as in a synchronous search: once for as many results as there are trials.
    let size = planner.rules.population
    guard population.resultCount / size > before / size else { return }
    try journal.merge()
    if !population.isAtRest, let best = try? planner.best(of: population.latest) {
      _ = try result.write(best)
    }
  }

  /// Plans again all missing checkpoints that waiting segments continue from.
  ///
  /// They are looked for before anything is trained: a checkpoint from which several continue is then kept for all of them.
  /// One that is there and damaged is found by the segment that begins with it.
  private func planMissingAgain(_ population: inout AsynchronousPopulation) throws {
    let present = try run.checkpoints.names()
    var missing: [SegmentPlace]
    repeat {
      missing = population.waitingFor { !present.contains($0.file) }
      for place in missing { try planAgain(place, &population) }
    } while !missing.isEmpty
  }

  private func planAgain(_ place: SegmentPlace, _ population: inout AsynchronousPopulation) throws {
    guard population.planAgain(place) else { return }
    try journal.planAgain([place])
    training.onEvent(.checkpointLost(place))
  }

  private func tell(_ population: AsynchronousPopulation) {
    training.onEvent(
      .advanced(
        epochs: population.epochs, ended: population.endedCount, trials: planner.rules.population))
  }
}
