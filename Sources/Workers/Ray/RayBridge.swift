import Threads

/// A bridge to a cluster: its process, and the thread that exchanges lines with it.
final class RayBridge: @unchecked Sendable {
  private let process: ChildProcess
  // The lock guards the two variables, so sharing the object is safe.
  private let lock = ThreadLock()
  private var orders: [BridgeOrder] = []
  private var hasEnded = false
  private let changed: ThreadCondition

  /// The longest line in bytes: a worker's, quoted.
  private static let longestLine = 4 << 20
  /// The longest time in seconds that an order waits for the bridge to say something.
  private static let slice = 0.01
  /// The seconds of silence after which the bridge is lost; it speaks every second.
  private static let silence = 30.0

  /// Starts a bridge.
  ///
  /// - Parameters:
  ///   - command: the interpreter and its arguments.
  ///   - environment: the whole environment of the bridge.
  ///   - onMessage: called with each message, from the bridge's thread.
  ///   - onEnd: called with the reason when the bridge has ended, after all messages.
  /// - Throws: `FileError` where it cannot be started; `ThreadError`.
  init(
    _ command: [String], environment: [String: String],
    onMessage: @escaping @Sendable (BridgeMessage) -> Void, onEnd: @escaping @Sendable (String) -> Void
  ) throws {
    changed = ThreadCondition(lock)
    process = try ChildProcess(command, environment: environment, longestLine: Self.longestLine)
    do {
      try SystemThread.start { [self] in
        let loss = serve(onMessage)
        lock.withLock {
          hasEnded = true
          changed.wakeAll()
        }
        onEnd(loss.reason)
      }
    } catch {
      process.kill()
      throw error
    }
  }

  /// Says something to the bridge; without effect where it has ended.
  func say(_ order: BridgeOrder) { lock.withLock { orders.append(order) } }

  /// Ends the bridge in order, or after so many seconds without.
  func end(within seconds: Double) {
    say(.quit)
    let start = SuspendingClock.now
    lock.withLock {
      while !hasEnded {
        let left = seconds - (SuspendingClock.now - start) / .seconds(1)
        if left <= 0 { break }
        changed.wait(within: left)
      }
    }
    process.kill()
  }

  private func takeOrders() -> [BridgeOrder] {
    lock.withLock {
      defer { orders = [] }
      return orders
    }
  }

  /// Exchanges lines until the bridge has ended.
  private func serve(_ onMessage: (BridgeMessage) -> Void) -> WorkerLoss {
    do throws(WorkerLoss) {
      var silent = 0.0
      while true {
        for order in takeOrders() { try process.send(order.line) }
        let start = SuspendingClock.now
        if let line = try process.receive(within: Self.slice) {
          silent = 0
          if let message = BridgeMessage(line) { onMessage(message) }
        } else {
          // No more at a time, as this process may have been stopped meanwhile.
          silent += min((SuspendingClock.now - start) / .seconds(1), 1)
          if silent > Self.silence { throw WorkerLoss("was silent for \(Int(Self.silence)) s") }
        }
      }
    } catch {
      process.kill()
      return error
    }
  }
}
