import Search
import Text
import Threads

/// A conversation with one worker, from its greeting to its end.
final class WorkerSession: Sendable {
  /// How an attempt at a segment has ended, where the worker was not lost.
  enum Ending {
    case done(SegmentDone)
    case notFinite(reason: String)
    case user(SegmentFailure)
  }

  let connection: any WorkerConnection
  private let limits: WorkerLimits

  /// The longest time in seconds in which nothing but the worker is looked at.
  private static let slice = 0.25

  /// Greets a worker that has just been started, and returns once it is ready.
  ///
  /// - Throws: ``WorkerLoss`` where another one may serve, ``WorkerError`` where none would, `WorkStopped`.
  init(
    with connection: any WorkerConnection, configuration: WorkerConfiguration, limits: WorkerLimits,
    stop: StopFlag, onTraceback: (String) -> Void
  ) throws {
    self.connection = connection
    self.limits = limits
    let version = try greet(stop)
    let welcome = WorkerWelcome(
      version: version, heartbeat: limits.heartbeat, progress: limits.report, configuration: configuration)
    try connection.send(CoordinatorMessage.welcome(welcome).line())
    var clock = AttemptClock(limits.ofLoading)
    while true {
      if stop.isRequested { throw WorkStopped() }
      switch try receive(&clock) {
      case .ready: return
      case .bye(let farewell):
        if let traceback = farewell.traceback { onTraceback(traceback) }
        throw WorkerError.refused(worker: connection.name, reason: farewell.reason)
      default: break
      }
      if let excess = clock.excess { throw WorkerLoss("\(excess) before it was ready") }
    }
  }

  /// Waits for the worker's greeting; gives the version of the protocol that both speak.
  private func greet(_ stop: StopFlag) throws -> Int {
    var clock = AttemptClock(limits.ofLoading)
    while true {
      if stop.isRequested { throw WorkStopped() }
      switch try receive(&clock) {
      case .hello(let hello):
        guard let version = WorkerProtocol.version(with: hello.versions) else {
          let found = WorkerProtocol.words(of: hello.versions)
          let reason = "protocol \(WorkerProtocol.spoken) is spoken here, found \(found)"
          try? connection.send(CoordinatorMessage.bye(Farewell(reason: reason)).line())
          throw WorkerError.version(worker: connection.name, found: found)
        }
        return version
      case .bye(let farewell):
        throw WorkerError.refused(worker: connection.name, reason: farewell.reason)
      default: break
      }
      if clock.total > limits.greeting {
        throw WorkerLoss("did not greet within \(duration(limits.greeting))")
      }
    }
  }

  /// Has the worker train a segment.
  ///
  /// - Parameters:
  ///   - request: the attempt.
  ///   - stop: whether the search has been asked to stop.
  ///   - onProgress: called with the share of the segment that is done.
  /// - Returns: how it has ended.
  /// - Throws: ``WorkerLoss``, `WorkStopped`.
  func train(
    _ request: SegmentRequest, stop: StopFlag, onProgress: (Double) -> Void
  ) throws -> Ending {
    try connection.send(CoordinatorMessage.run(request).line())
    var clock = AttemptClock(limits)
    var isStopping = false
    while true {
      if stop.isRequested, !isStopping {
        isStopping = true
        clock.stopRequested()
        try connection.send(CoordinatorMessage.stop(request.key).line())
      }
      switch try receive(&clock) {
      case .progress(let progress) where progress.key == request.key:
        clock.advanced()
        onProgress(progress.share(of: request.epochs))
      case .done(let done) where done.key == request.key: return .done(done)
      case .failed(let failure) where failure.key == request.key:
        switch failure.kind {
        case .notFinite: return .notFinite(reason: failure.reason)
        case .user: return .user(failure)
        case .stopped where isStopping: throw WorkStopped()
        case .stopped: throw WorkerLoss("stopped without being asked to: \(failure.reason)")
        case .memory: throw WorkerLoss("had no memory left: \(failure.reason)")
        case .fenced: throw WorkerLoss(failure.reason)
        }
      case .bye(let farewell): throw WorkerLoss("ended: \(farewell.reason)")
      default: break
      }
      if clock.ignoresStop { throw WorkerLoss("did not stop within \(duration(limits.stop))") }
      if let excess = clock.excess { throw WorkerLoss(excess) }
    }
  }

  /// What the worker says; nil where it says nothing for a while, and for a line that is no message.
  private func receive(_ clock: inout AttemptClock) throws -> WorkerMessage? {
    let start = SuspendingClock.now
    let line = try connection.receive(within: Self.slice)
    clock.waited((SuspendingClock.now - start) / .seconds(1), slice: Self.slice)
    guard let line else { return nil }
    do {
      guard let message = try WorkerMessage.read(line) else { return nil }
      clock.heard()
      return message
    } catch {
      throw WorkerLoss("sent what cannot be read: \(error)")
    }
  }

  /// Whether the worker is still there, as far as its channel says; takes what it has said between two segments.
  ///
  /// One that says more than can be read in a while is of no use.
  var isAlive: Bool {
    let start = SuspendingClock.now
    do {
      while try connection.receive(within: 0) != nil {
        if SuspendingClock.now - start > .seconds(5) { return false }
      }
      return true
    } catch {
      return false
    }
  }

  /// Asks the worker to end.
  func quit() { try? connection.send(CoordinatorMessage.quit.line()) }
}
