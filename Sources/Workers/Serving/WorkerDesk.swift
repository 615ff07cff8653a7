import Search
import Threads

/// What a worker's two threads share: the messages that wait, and the segment in training.
///
/// One thread listens, so that a request to stop and the end of the coordinator are noticed in the middle of a step.
package final class WorkerDesk: @unchecked Sendable {
  // The lock guards the variables below, so sharing the object is safe.
  private let lock = ThreadLock()
  private let change: ThreadCondition
  private var waiting: [CoordinatorMessage] = []
  private var current: (key: SegmentKey, stop: StopFlag)?
  private var lastStopped: SegmentKey?

  /// A desk without messages.
  package init() {
    change = ThreadCondition(lock)
  }

  /// Adds a message for the thread that trains.
  package func add(_ message: CoordinatorMessage) {
    lock.withLock {
      waiting.append(message)
      change.wakeAll()
    }
  }

  /// Waits for the next message.
  package func next() -> CoordinatorMessage {
    lock.withLock {
      while waiting.isEmpty { change.wait() }
      return waiting.removeFirst()
    }
  }

  /// Begins a segment; gives what is set when it is to stop.
  package func begin(_ key: SegmentKey) -> StopFlag {
    let stop = StopFlag()
    lock.withLock {
      current = (key, stop)
      if lastStopped == key { stop.request() }
    }
    return stop
  }

  /// Ends the segment in training.
  package func end() { lock.withLock { current = nil } }

  /// Asks the segment of a key to stop: the one in training, or the next one.
  package func stop(_ key: SegmentKey) {
    lock.withLock {
      lastStopped = key
      if current?.key == key { current?.stop.request() }
    }
  }

  /// Whether a segment is in training.
  package var isTraining: Bool { lock.withLock { current != nil } }
}
