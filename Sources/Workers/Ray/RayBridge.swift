import Threads

/// A bridge to a cluster: its process, and the thread that exchanges lines with it.
final class RayBridge: @unchecked Sendable {
  private let process: ChildProcess
  /// Has a byte while there are orders that the bridge's thread has not taken.
  private let wake: Pipe
  // The lock guards the two variables, so sharing the object is safe.
  private let lock = ThreadLock()
  private var orders: [BridgeOrder] = []
  private var hasEnded = false
  private let changed: ThreadCondition

  /// The longest line in bytes: a worker's, quoted.
  private static let longestLine = 4 << 20
  /// The longest time in seconds in which it is not looked at whether the bridge is silent.
  private static let slice = 1.0
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
    wake = try Pipe(for: command.first ?? "")
    do {
      process = try ChildProcess(command, environment: environment, longestLine: Self.longestLine)
    } catch {
      wake.close()
      throw error
    }
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

  deinit { wake.close() }

  /// Says something to the bridge; without effect where it has ended.
  func say(_ order: BridgeOrder) {
    lock.withLock {
      guard !hasEnded else { return }
      orders.append(order)
      if orders.count == 1 { wake.put() }
    }
  }

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
      if !orders.isEmpty { wake.take() }
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
        if let line = try process.receive(within: 0) {
          silent = 0
          if let message = BridgeMessage(line) { onMessage(message) }
        } else {
          let start = SuspendingClock.now
          process.wait(orFor: wake.readEnd, within: Self.slice)
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
