import Foundation

/// Plain threads that work through jobs and hand the results over in batches.
///
/// They are threads of their own, not those of Swift's tasks: libtorch keeps settings per thread, and a segment
/// blocks for minutes.
final class WorkerThreads<Job: Sendable, Output: Sendable>: @unchecked Sendable {
  // The condition guards every variable below, so sharing the object is safe.
  private let condition = NSCondition()
  private var remaining: ArraySlice<Job>
  private var finished: [Output] = []
  private var running: Int
  private var isOpen: Bool
  private var body: (@Sendable (Job, _ slot: Int) -> Output)?

  /// Deep networks make deep recursions of their gradients.
  private static var stackSize: Int { 64 << 20 }
  /// More threads than this help on no machine, and a system may refuse to make them.
  private static var mostThreads: Int { 256 }

  /// Starts a thread for each slot, and fewer when there are fewer jobs.
  ///
  /// Jobs are taken in order. `body` is also told the number of its thread, from 0.
  convenience init(_ jobs: [Job], slots: Int, body: @escaping @Sendable (Job, _ slot: Int) -> Output) {
    self.init(jobs, threads: min(slots, jobs.count), isOpen: false, body: body)
  }

  /// As above, for a body that has no use for the number.
  convenience init(_ jobs: [Job], count: Int, body: @escaping @Sendable (Job) -> Output) {
    self.init(jobs, slots: count) { job, _ in body(job) }
  }

  /// Starts threads that wait for jobs until `finish()`.
  convenience init(slots: Int, body: @escaping @Sendable (Job, _ slot: Int) -> Output) {
    self.init([], threads: slots, isOpen: true, body: body)
  }

  private init(
    _ jobs: [Job], threads: Int, isOpen: Bool, body: @escaping @Sendable (Job, _ slot: Int) -> Output
  ) {
    let threads = min(threads, Self.mostThreads)
    remaining = jobs[...]
    running = threads
    self.isOpen = isOpen
    self.body = body
    for slot in 0..<threads {
      let thread = Thread { [self] in
        while workOnce(slot) {}
      }
      thread.stackSize = Self.stackSize
      thread.start()
    }
  }

  /// Adds a job; it is taken up as soon as a thread is free.
  func add(_ job: Job) {
    condition.withLock {
      remaining.append(job)
      condition.broadcast()
    }
  }

  /// Waits for results; `nil` when every thread has ended and every result was handed over.
  ///
  /// Threads that wait for jobs do not end: whoever adds jobs asks only for as many results.
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
    condition.withLock {
      remaining = []
      isOpen = false
      condition.broadcast()
    }
  }

  /// Lets no thread take up another job, and waits until all have ended and let go of what the body holds.
  func finish() {
    cancel()
    while nextBatch() != nil {}
  }

  /// Does one job; false when there is none left.
  private func workOnce(_ slot: Int) -> Bool {
    guard let (job, body) = next() else { return false }
    deliver(body(job, slot))
    return true
  }

  private func next() -> (Job, @Sendable (Job, Int) -> Output)? {
    condition.lock()
    defer { condition.unlock() }
    while isOpen && remaining.isEmpty { condition.wait() }
    if let body, let job = remaining.popFirst() { return (job, body) }
    running -= 1
    // The system ends a thread some time later. What the body holds, a lock perhaps, must not last until then.
    if running == 0 { body = nil }
    condition.broadcast()
    return nil
  }

  private func deliver(_ output: Output) {
    condition.lock()
    defer { condition.unlock() }
    finished.append(output)
    condition.broadcast()
  }
}
