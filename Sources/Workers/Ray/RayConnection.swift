import Threads

/// The connection to a worker on a cluster, behind the bridge.
final class RayConnection: WorkerConnection, @unchecked Sendable {
  let number: Int
  private let bridge: RayBridge
  // The lock guards the variables below, so sharing the object is safe.
  private let lock = ThreadLock()
  private let changed: ThreadCondition
  private var lines: [String] = []
  private var taken = 0
  private var waiting = 0
  private var host: String?
  private var loss: WorkerLoss?
  private var isKilled = false

  /// The longest time in seconds that a worker's end takes.
  private static let timeToEnd = 10.0
  /// The most bytes of lines that wait for the coordinator, which reads those of a segment as they come.
  private static let mostWaiting = 16 << 20

  init(_ number: Int, on bridge: RayBridge) {
    self.number = number
    self.bridge = bridge
    changed = ThreadCondition(lock)
  }

  // MARK: - What the bridge says

  /// The worker runs.
  func started(on host: String) { change { self.host = host } }

  /// The worker has said something.
  func received(_ line: String) {
    let isTooMuch = lock.withLock {
      guard loss == nil else { return false }
      waiting += line.utf8.count
      lines.append(line)
      if waiting > Self.mostWaiting {
        loss = WorkerLoss("wrote more than \(Self.mostWaiting >> 20) MiB that nobody has read")
      }
      changed.wakeAll()
      return loss != nil
    }
    if isTooMuch { bridge.say(.kill(worker: number)) }
  }

  /// The worker has ended, or the bridge.
  func ended(_ loss: WorkerLoss) { change { self.loss = self.loss ?? loss } }

  private func change(_ body: () -> Void) {
    lock.withLock {
      body()
      changed.wakeAll()
    }
  }

  // MARK: - What the coordinator asks

  /// Whether the worker runs; waits so many seconds for it.
  ///
  /// - Throws: `WorkerLoss` where it has ended before.
  func isStarted(within seconds: Double) throws(WorkerLoss) -> Bool {
    let loss = wait(seconds) { host != nil }
    if let loss { throw loss }
    return lock.withLock { host != nil }
  }

  var name: String { "worker \(number)" + (lock.withLock { host }.map { " on \($0)" } ?? "") }

  func send(_ line: String) throws(WorkerLoss) {
    if let loss = lock.withLock({ loss }) { throw loss }
    bridge.say(.line(worker: number, line: line))
  }

  func receive(within seconds: Double) throws(WorkerLoss) -> String? {
    let loss = wait(seconds) { taken < lines.count }
    if let line = take() { return line }
    if let loss { throw loss }
    return nil
  }

  func waitForEnd(within seconds: Double) -> Bool { wait(seconds) { false } != nil }

  func beginKill() {
    let isFirst = lock.withLock {
      defer { isKilled = true }
      return loss == nil && !isKilled
    }
    if isFirst { bridge.say(.kill(worker: number)) }
  }

  func kill() {
    guard lock.withLock({ loss == nil }) else { return }
    beginKill()
    _ = waitForEnd(within: Self.timeToEnd)
    ended(WorkerLoss("was ended"))
  }

  private func take() -> String? {
    lock.withLock {
      guard taken < lines.count else { return nil }
      waiting -= lines[taken].utf8.count
      defer {
        taken += 1
        if taken == lines.count { (lines, taken) = ([], 0) }
      }
      return lines[taken]
    }
  }

  /// Waits until a condition holds or the worker has ended; how it has, if it has.
  private func wait(_ seconds: Double, until holds: () -> Bool) -> WorkerLoss? {
    let start = SuspendingClock.now
    return lock.withLock {
      while loss == nil, !holds() {
        let left = seconds - (SuspendingClock.now - start) / .seconds(1)
        if left <= 0 { break }
        changed.wait(within: left)
      }
      return loss
    }
  }
}
