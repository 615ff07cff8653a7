import Threads

/// Starts workers: as processes of this machine, or elsewhere.
public protocol WorkerLauncher: Sendable {
  /// Starts a worker for a slot, and returns once it runs.
  ///
  /// Called from the thread of the slot. It may wait for a place to run at; then it looks at `stop` and `isNeeded` now and
  /// then.
  ///
  /// - Parameters:
  ///   - slot: which of the segments in training it will have, from 0.
  ///   - stop: whether the search has been asked to stop.
  ///   - isNeeded: whether the slot still has no other worker; asked only where workers are shared.
  /// - Returns: the connection to the worker, which has not been spoken to; nil where it is not needed any more.
  /// - Throws: ``WorkerLoss`` where another try may succeed; `WorkStopped`; any other error ends the search.
  func launch(slot: Int, stop: StopFlag, isNeeded: () -> Bool) throws -> (any WorkerConnection)?

  /// Whether a worker may train the segments of any slot.
  var areWorkersShared: Bool { get }

  /// Ends what the workers were started by; called when all have ended.
  func finish()
}

extension WorkerLauncher {
  /// Each worker belongs to its slot.
  public var areWorkersShared: Bool { false }

  /// There is nothing but the workers.
  public func finish() {}
}

/// A worker that lines are exchanged with.
///
/// All calls but ``beginKill()`` and ``kill()`` come from one thread at a time.
public protocol WorkerConnection: Sendable {
  /// What messages to people call the worker, such as `worker 3 (process 4711)`.
  var name: String { get }

  /// Sends a line, which is given without its end.
  ///
  /// - Throws: ``WorkerLoss`` where the worker has ended, or does not read.
  func send(_ line: String) throws(WorkerLoss)

  /// The next line of the worker, without its end; nil where none comes within so many seconds.
  ///
  /// - Throws: ``WorkerLoss`` where the worker has ended, or sends a line that is too long.
  func receive(within seconds: Double) throws(WorkerLoss) -> String?

  /// Waits so many seconds for the end of a worker that has got `quit`; false where it has not.
  func waitForEnd(within seconds: Double) -> Bool

  /// Ends the worker with all that it has started, without waiting, where that can be done; ``kill()`` follows.
  func beginKill()

  /// Ends the worker with all that it has started, and returns when it is gone; without effect where it is.
  func kill()
}

extension WorkerConnection {
  /// ``kill()`` does all.
  public func beginKill() {}
}

/// A worker that is lost, or of no use; its segment is tried again.
public struct WorkerLoss: Error, Hashable, CustomStringConvertible {
  /// What has happened, such as `ended by signal 9 (Killed)`.
  public let reason: String
  /// Whether it counts among the attempts at a segment that `retries` limits.
  ///
  /// What says nothing about the segment, as the loss of a node, does not.
  public let counts: Bool

  /// Makes a loss.
  public init(_ reason: String, counts: Bool = true) {
    self.reason = reason
    self.counts = counts
  }

  /// The reason.
  public var description: String { reason }
}
