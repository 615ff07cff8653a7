/// Plain threads that work through jobs and hand the results over in batches.
///
/// They are threads of their own, not those of Swift's tasks: libtorch keeps settings per thread, and a segment
/// blocks for minutes.
package final class WorkerThreads<Job: Sendable, Output: Sendable>: @unchecked Sendable {
  // The lock guards every variable below, so sharing the object is safe.
  private let lock: ThreadLock
  private let change: ThreadCondition
  private var remaining: ArraySlice<Job>
  private var finished: [Output] = []
  private var running = 0
  private var isOpen: Bool
  private var body: (@Sendable (Job, _ slot: Int) -> Output)?
  /// How many threads there are: fewer than asked for where the system refuses more.
  package private(set) var count = 0
  /// Why there are no more, where there are fewer.
  package private(set) var refusal: ThreadError?

  /// Deep networks make deep recursions of their gradients.
  private static var stackSize: Int { 64 << 20 }
  /// More threads than this help on no machine, also where each waits for a process, and a system may refuse to make them.
  private static var mostThreads: Int { 1024 }

  /// Starts a thread for each slot, and fewer when there are fewer jobs or the system refuses more.
  ///
  /// Jobs are taken in order. `body` also gets the number of its thread, from 0.
  ///
  /// - Throws: `ThreadError` where the system starts none.
  package convenience init(_ jobs: [Job], slots: Int, body: @escaping @Sendable (Job, _ slot: Int) -> Output)
    throws
  {
    try self.init(jobs, threads: min(slots, jobs.count), isOpen: false, body: body)
  }

  /// As above, for a body that has no use for the number.
  package convenience init(_ jobs: [Job], count: Int, body: @escaping @Sendable (Job) -> Output) throws {
    try self.init(jobs, slots: count) { job, _ in body(job) }
  }

  /// Starts threads that wait for jobs until `finish()`.
  package convenience init(slots: Int, body: @escaping @Sendable (Job, _ slot: Int) -> Output) throws {
    try self.init([], threads: slots, isOpen: true, body: body)
  }

  private init(
    _ jobs: [Job], threads: Int, isOpen: Bool, body: @escaping @Sendable (Job, _ slot: Int) -> Output
  ) throws {
    lock = ThreadLock()
    change = ThreadCondition(lock)
    remaining = jobs[...]
    self.isOpen = isOpen
    self.body = body
    // None looks for a job before all are counted.
    try lock.withLock {
      for slot in 0..<min(threads, Self.mostThreads) {
        do throws(ThreadError) {
          try SystemThread.start(stackSize: Self.stackSize) { [self] in while workOnce(slot) {} }
        } catch {
          if slot == 0 { throw error }
          refusal = error
          break
        }
        running += 1
      }
      count = running
    }
  }

  /// Adds a job; it is taken up as soon as a thread is free.
  package func add(_ job: Job) {
    lock.withLock {
      remaining.append(job)
      change.wakeAll()
    }
  }

  /// Waits for results; `nil` when every thread has ended and every result was handed over.
  ///
  /// Threads that wait for jobs do not end: the caller asks only for as many results as it added jobs.
  package func nextBatch() -> [Output]? {
    lock.withLock {
      while finished.isEmpty && running > 0 { change.wait() }
      guard !finished.isEmpty else { return nil }
      defer { finished = [] }
      return finished
    }
  }

  /// Lets no thread take up another job.
  package func cancel() {
    lock.withLock {
      remaining = []
      isOpen = false
      change.wakeAll()
    }
  }

  /// Lets no thread take up another job, and waits until all have ended and let go of what the body holds.
  package func finish() {
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
    lock.withLock {
      while isOpen && remaining.isEmpty { change.wait() }
      if let body, let job = remaining.popFirst() { return (job, body) }
      running -= 1
      // The system ends a thread some time later. What the body holds, a lock perhaps, must not last until then.
      if running == 0 { body = nil }
      change.wakeAll()
      return nil
    }
  }

  private func deliver(_ output: Output) {
    lock.withLock {
      finished.append(output)
      change.wakeAll()
    }
  }
}
