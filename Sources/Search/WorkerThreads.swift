import Foundation

/// Plain threads that work through a list of jobs and hand the results over in batches.
///
/// They are threads of their own, not those of Swift's tasks: libtorch keeps settings per thread, and a segment
/// blocks for minutes.
final class WorkerThreads<Job: Sendable, Output: Sendable>: @unchecked Sendable {
  // The condition guards every variable below, so sharing the object is safe.
  private let condition = NSCondition()
  private var remaining: ArraySlice<Job>
  private var finished: [Output] = []
  private var running: Int
  private var body: (@Sendable (Job) -> Output)?

  /// Deep networks make deep recursions of their gradients.
  private static var stackSize: Int { 64 << 20 }

  /// Starts `count` threads, and fewer when there are fewer jobs.
  ///
  /// Jobs are taken in order.
  init(_ jobs: [Job], count: Int, body: @escaping @Sendable (Job) -> Output) {
    remaining = jobs[...]
    running = min(count, jobs.count)
    self.body = body
    for _ in 0..<running {
      let thread = Thread { [self] in
        while workOnce() {}
      }
      thread.stackSize = Self.stackSize
      thread.start()
    }
  }

  /// Waits for results; `nil` when every thread has ended and every result was handed over.
  func nextBatch() -> [Output]? {
    condition.lock()
    defer { condition.unlock() }
    while finished.isEmpty && running > 0 { condition.wait() }
    guard !finished.isEmpty else { return nil }
    defer { finished = [] }
    return finished
  }

  /// Lets no thread take up another job.
  func cancel() {
    condition.withLock { remaining = [] }
  }

  /// Does one job; false when there is none left.
  private func workOnce() -> Bool {
    guard let (job, body) = next() else { return false }
    deliver(body(job))
    return true
  }

  private func next() -> (Job, @Sendable (Job) -> Output)? {
    condition.lock()
    defer { condition.unlock() }
    if let body, let job = remaining.popFirst() { return (job, body) }
    running -= 1
    // The system ends a thread some time later. What the body holds, a lock perhaps, must not last until then.
    if running == 0 { body = nil }
    condition.signal()
    return nil
  }

  private func deliver(_ output: Output) {
    condition.lock()
    defer { condition.unlock() }
    finished.append(output)
    condition.signal()
  }
}
