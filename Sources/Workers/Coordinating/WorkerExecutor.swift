import Files
import Foundation
import RunStore
import Search
import Text
import Threads

/// Trains segments by workers: one for each slot, which stays from one segment to the next.
///
/// A worker that is lost is replaced, and its segment is tried again under the next attempt's key and another name of its
/// checkpoint. What a segment gives is the same whichever worker trains it.
///
///     let executor = WorkerExecutor(launcher: launcher) { slot in .network(work(ofSlot: slot)) }
///     defer { executor.finish() }
public final class WorkerExecutor: SegmentExecutor {
  private let launcher: any WorkerLauncher
  private let configuration: @Sendable (_ slot: Int) -> WorkerConfiguration
  private let limits: WorkerLimits
  private let onProgress: @Sendable (SegmentRequest, _ share: Double) -> Void
  private let onNote: @Sendable (String) -> Void
  private let idle: IdleWorkers
  /// Requested when an error has ended the search: what only waits for a worker then waits no longer.
  private let over = StopFlag()

  /// An executor without workers; each is started when its slot has its first segment.
  ///
  /// - Parameters:
  ///   - launcher: starts the workers.
  ///   - limits: how long is waited for them, and how often a segment is tried.
  ///   - onProgress: called with a segment and the share of it that is done, from 0 to 1, from the thread of its slot.
  ///     A segment that is tried again begins with 0.
  ///   - onNote: called with what people should know: lost workers, and the frames of a user's error, a line each.
  ///   - configuration: what the worker of a slot trains, and where.
  public init(
    launcher: any WorkerLauncher, limits: WorkerLimits = WorkerLimits(),
    onProgress: @escaping @Sendable (SegmentRequest, _ share: Double) -> Void = { _, _ in },
    onNote: @escaping @Sendable (String) -> Void = { _ in },
    configuration: @escaping @Sendable (_ slot: Int) -> WorkerConfiguration
  ) {
    self.launcher = launcher
    idle = IdleWorkers(areShared: launcher.areWorkersShared)
    self.limits = limits
    self.onProgress = onProgress
    self.onNote = onNote
    self.configuration = configuration
  }

  /// Starts the first slot's worker, to find out whether it can serve; replaces it if it is lost.
  ///
  /// - Throws: as ``run(_:stop:)``.
  public func begin(stop: StopFlag = StopFlag()) throws {
    var losses = Losses()
    while true {
      do {
        return idle.keep(try worker(ofSlot: 0, stop), slot: 0)
      } catch let loss as WorkerLoss {
        try take(loss, &losses, stop)
        onNote("\(loss.reason); trying again")
      }
    }
  }

  /// The losses of workers in one piece of work.
  private struct Losses {
    var reasons: [String] = []
    var counted = 0
    var uncountedInARow = 0
  }

  /// Takes note of a loss, and waits after one that says nothing about the work.
  ///
  /// - Throws: ``WorkerError`` where there were too many, `WorkStopped`.
  private func take(_ loss: WorkerLoss, _ losses: inout Losses, _ stop: StopFlag) throws {
    if stop.isRequested { throw WorkStopped() }
    losses.reasons.append(loss.reason)
    if loss.counts {
      losses.counted += 1
      losses.uncountedInARow = 0
    } else {
      losses.uncountedInARow += 1
      try pause(afterLosses: losses.uncountedInARow, loss, stop)
    }
    guard losses.counted <= limits.retries else { throw WorkerError.lost(attempts: losses.reasons) }
  }

  /// Waits after a loss that says nothing about the segment, one of so many in a row, longer each time.
  ///
  /// - Throws: ``WorkerError`` where there were too many, `WorkStopped`.
  private func pause(afterLosses count: Int, _ loss: WorkerLoss, _ stop: StopFlag) throws {
    guard count < WorkerLimits.mostLossesInARow else {
      throw WorkerError.unsteady(losses: count, last: loss.reason)
    }
    let start = SuspendingClock.now
    while (SuspendingClock.now - start) / .seconds(1) < limits.pause(afterLosses: count) {
      if stop.isRequested { throw WorkStopped() }
      usleep(20_000)
    }
  }

  /// Has a worker train a segment, another one where that is lost, until one has or `retries` are used up.
  ///
  /// - Throws: ``WorkerError``; `WorkStopped`; what the launcher throws.
  public func run(_ segment: SegmentRequest, stop: StopFlag) throws -> SegmentOutcome {
    do {
      return try attempts(at: segment, stop)
    } catch let stopped as WorkStopped {
      throw stopped
    } catch {
      over.request()
      throw error
    }
  }

  /// Attempts, until one succeeds or there are no more.
  private func attempts(at segment: SegmentRequest, _ stop: StopFlag) throws -> SegmentOutcome {
    var losses = Losses()
    while true {
      if stop.isRequested { throw WorkStopped() }
      let request = segment.attempt(segment.key.attempt + losses.reasons.count)
      onProgress(segment, 0)
      do {
        let outcome = try attempt(request, of: segment, stop)
        onProgress(segment, 1)
        return outcome
      } catch let loss as WorkerLoss {
        try AtomicFile.removeLeftovers(of: request.checkpoint)
        try take(loss, &losses, stop)
        onNote(
          "trial \(segment.trial), generation \(segment.generation + 1): \(loss.reason); trying again, attempt \(request.key.attempt + 1)"
        )
      }
    }
  }

  /// One attempt; a worker that does not end it well is gone afterwards.
  private func attempt(
    _ request: SegmentRequest, of segment: SegmentRequest, _ stop: StopFlag
  ) throws -> SegmentOutcome {
    let began = Date().timeIntervalSince1970
    let worker = try worker(ofSlot: segment.slot, stop)
    do {
      let outcome: SegmentOutcome
      switch try worker.train(request, stop: stop, onProgress: { onProgress(segment, $0) }) {
      case .done(let done):
        guard try FileDigest(size: done.size, sha256: done.digest).matches(request.checkpoint) else {
          throw WorkerLoss("sent a digest that its checkpoint does not have")
        }
        try AtomicFile.publish(request.checkpoint, as: segment.checkpoint)
        outcome = .trained(done.figures(began: began, slot: segment.slot))
      case .notFinite(let reason):
        try AtomicFile.removeLeftovers(of: request.checkpoint)
        outcome = .notFinite(reason: reason)
      case .user(let failure):
        if let traceback = failure.traceback { note(traceback) }
        throw WorkerError.user(trainer: configuration(segment.slot).trainerName, reason: failure.reason)
      }
      idle.keep(worker, slot: segment.slot)
      return outcome
    } catch let loss as WorkerLoss {
      worker.connection.kill()
      throw WorkerLoss("\(worker.connection.name) \(loss.reason)", counts: loss.counts)
    } catch is WorkStopped {
      idle.keep(worker, slot: segment.slot)
      throw WorkStopped()
    } catch {
      // Before the worker's place is free for another.
      over.request()
      worker.connection.kill()
      throw error
    }
  }

  /// The worker of a slot, a new one where it has none.
  private func worker(ofSlot slot: Int, _ stop: StopFlag) throws -> WorkerSession {
    while true {
      if over.isRequested { throw WorkStopped() }
      if let worker = idle.take(slot: slot) {
        if worker.isAlive { return worker }
        worker.connection.kill()
      } else if let connection = try launcher.launch(
        slot: slot, stop: stop, isNeeded: { [idle, over] in !idle.has(slot: slot) && !over.isRequested })
      {
        guard !over.isRequested else {
          connection.kill()
          throw WorkStopped()
        }
        return try session(with: connection, slot, stop)
      }
    }
  }

  /// Greets a worker that was started for a slot.
  private func session(
    with connection: any WorkerConnection, _ slot: Int, _ stop: StopFlag
  ) throws -> WorkerSession {
    do {
      return try WorkerSession(
        with: connection, configuration: configuration(slot), limits: limits, stop: stop, onTraceback: note)
    } catch let loss as WorkerLoss {
      connection.kill()
      throw WorkerLoss("\(connection.name) \(loss.reason)", counts: loss.counts)
    } catch {
      if !(error is WorkStopped) { over.request() }
      connection.kill()
      throw error
    }
  }

  private func note(_ lines: String) {
    for line in lines.split(separator: "\n", omittingEmptySubsequences: false) { onNote(String(line)) }
  }

  /// Ends all workers: asks them, waits a short time, and ends those that remain.
  ///
  /// Called when the search has ended, however it has.
  public func finish() {
    let workers = idle.takeAll()
    for worker in workers { worker.quit() }
    let start = SuspendingClock.now
    for worker in workers {
      let left = Self.timeToQuit - (SuspendingClock.now - start) / .seconds(1)
      _ = worker.connection.waitForEnd(within: max(left, 0))
    }
    // All at once, so that the time that one takes to end is that of all.
    for worker in workers { worker.connection.beginKill() }
    for worker in workers { worker.connection.kill() }
    launcher.finish()
  }

  /// The time in seconds that workers have to end by themselves.
  private static let timeToQuit = 2.0
}

/// The workers that have no segment, by the slots of those that they had last.
private final class IdleWorkers: @unchecked Sendable {
  // The lock guards the variable, so sharing the object is safe.
  private let lock = ThreadLock()
  private var workers: [(slot: Int, worker: WorkerSession)] = []
  private let areShared: Bool

  /// None so far.
  ///
  /// - Parameter areShared: whether a slot takes another's worker where it has none.
  init(areShared: Bool) {
    self.areShared = areShared
  }

  func take(slot: Int) -> WorkerSession? {
    lock.withLock { place(for: slot).map { workers.remove(at: $0).worker } }
  }

  func has(slot: Int) -> Bool { lock.withLock { place(for: slot) != nil } }

  private func place(for slot: Int) -> Int? {
    workers.firstIndex { $0.slot == slot } ?? (areShared ? workers.indices.last : nil)
  }

  func keep(_ worker: WorkerSession, slot: Int) { lock.withLock { workers.append((slot, worker)) } }

  func takeAll() -> [WorkerSession] {
    lock.withLock {
      defer { workers = [] }
      return workers.sorted { $0.slot < $1.slot }.map(\.worker)
    }
  }
}

extension SegmentRequest {
  /// The same segment under an attempt's key, its checkpoint under a name of the attempt alone.
  fileprivate func attempt(_ number: Int) -> SegmentRequest {
    var request = self
    request.key.attempt = number
    request.checkpoint = TemporaryName.path(for: checkpoint)
    return request
  }
}

extension WorkerConfiguration {
  /// What people know by name of what is trained.
  fileprivate var trainerName: String {
    switch self {
    case .network(let work): work.search.recipe.model
    case .trainer(let work): TrainerName(file: work.file, className: work.className).publicName
    }
  }
}

extension SegmentDone {
  /// The figures of the result as the journal has them.
  fileprivate func figures(began: Double, slot: Int) -> SegmentMetrics {
    SegmentMetrics(
      score: score, trainLoss: metrics[Self.trainLoss], trainAccuracy: metrics[Self.trainAccuracy],
      seconds: seconds,
      figures: metrics.filter { ![Self.trainLoss, Self.trainAccuracy].contains($0.key) },
      times: times
        ?? WorkTimes(
          started: began, slot: slot, preparation: 0, training: seconds, evaluation: 0, checkpoint: 0))
  }
}

extension AtomicFile {
  /// Deletes a temporary file, and what else was written beside it on its account.
  fileprivate static func removeLeftovers(of temporary: String) throws {
    let name = String(temporary.utf8.dropFirst(folder(of: temporary).utf8.count + 1)) ?? temporary
    try removeLeftovers(in: folder(of: temporary), beginning: name)
  }
}
