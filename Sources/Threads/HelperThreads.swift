/// Threads that help with work whose parts are taken from a shared counter or queue.
///
/// They are started when there is work for them, and wait for more. Where the system refuses one, fewer help: the caller
/// takes part in the work itself, and does all of it if need be.
public final class HelperThreads: @unchecked Sendable {
  /// Starts a thread, or throws.
  package typealias Start = @Sendable (@escaping @Sendable () -> Void) throws(ThreadError) -> Void

  /// The helpers of this program.
  public static let shared = HelperThreads { body throws(ThreadError) in try SystemThread.start(body) }

  /// More threads than this help on no machine.
  private static let most = 256

  // The lock guards every variable below and those of the calls, so sharing the object is safe.
  private let lock = ThreadLock()
  private let work: ThreadCondition
  /// Calls that still want helpers, the oldest first.
  private var calls: [Call] = []
  private var waiting = 0
  private var started = 0
  /// Whether the system has refused one: what is free later is left to the threads of training.
  private var isRefused = false
  private let start: Start

  /// Helpers that are started in the given way, and never end.
  package init(start: @escaping Start) {
    self.start = start
    work = ThreadCondition(lock)
  }

  /// Runs the body on this thread and, at the same time, on up to `threads - 1` others; returns when all runs have ended.
  ///
  /// A helper that is late, or cannot be started, does not run it. So each run must continue until no part of the work is left.
  public func share(among threads: Int, _ body: @escaping @Sendable () -> Void) {
    guard threads > 1 else { return body() }
    let call = Call(wanted: threads - 1, ended: ThreadCondition(lock), body)
    let missing = lock.withLock {
      calls.append(call)
      for _ in 0..<min(call.wanted, waiting) { work.wakeOne() }
      let wanted = calls.reduce(0) { $0 + $1.wanted }
      let missing = isRefused ? 0 : max(0, min(wanted - waiting, call.wanted, Self.most - started))
      started += missing
      return missing
    }
    startHelpers(missing)
    body()
    lock.withLock {
      call.wanted = 0
      calls.removeAll { $0 === call }
      while call.running > 0 { call.ended.wait() }
      call.body = nil
    }
  }

  private func startHelpers(_ count: Int) {
    for index in 0..<count {
      do {
        try start { [self] in help() }
      } catch {
        lock.withLock {
          started -= count - index
          isRefused = true
        }
        return
      }
    }
  }

  private func help() {
    while true {
      let call = next()
      run(call)
      lock.withLock {
        call.running -= 1
        // A run ends where no part is left.
        call.wanted = 0
        if call.running == 0 { call.ended.wakeAll() }
      }
    }
  }

  /// A function of its own, so that it lets go of the body, and of what that holds, before the call ends.
  @inline(never) private func run(_ call: Call) { call.body?() }

  private func next() -> Call {
    lock.withLock {
      while true {
        if let call = calls.first(where: { $0.wanted > 0 }) {
          call.wanted -= 1
          call.running += 1
          return call
        }
        waiting += 1
        work.wait()
        waiting -= 1
      }
    }
  }

  /// Holds the helpers' lock, from before a fork until one of the two functions below has been called.
  package func holdForFork() { lock.lock() }

  /// Lets the lock go in the process that forked.
  package func releaseInParent() { lock.unlock() }

  /// Begins without helpers in the process that was forked: a fork copies no thread but its own.
  package func startAnewInChild() {
    calls = []
    (waiting, started, isRefused) = (0, 0, false)
    work.forgetWaiters()
    lock.unlock()
  }

  private final class Call: @unchecked Sendable {
    // The lock of the helpers guards the variables.
    /// How many more helpers may run the body.
    var wanted: Int
    /// How many run it.
    var running = 0
    let ended: ThreadCondition
    var body: (@Sendable () -> Void)?

    init(wanted: Int, ended: ThreadCondition, _ body: @escaping @Sendable () -> Void) {
      self.wanted = wanted
      self.ended = ended
      self.body = body
    }
  }
}
