import Foundation
import Testing
import Threads

@Suite struct HelperThreadsTests {
  /// Parts of some work, and who did them.
  private final class Parts: @unchecked Sendable {
    // The lock guards the variables.
    private let lock = NSLock()
    private var next = 0
    private(set) var done: [Int] = []
    private(set) var runs = 0

    func begin() { lock.withLock { runs += 1 } }
    func take(below count: Int) -> Int? {
      lock.withLock {
        guard next < count else { return nil }
        next += 1
        return next - 1
      }
    }
    func finish(_ part: Int) { lock.withLock { done.append(part) } }
  }

  private func work(_ parts: Parts, _ count: Int) -> @Sendable () -> Void {
    {
      parts.begin()
      while let part = parts.take(below: count) { parts.finish(part) }
    }
  }

  @Test func everyPartIsDoneOnce() {
    let helpers = HelperThreads { body throws(ThreadError) in try SystemThread.start(body) }
    for threads in [1, 2, 3, 8] {
      for count in [0, 1, 5, 1000] {
        let parts = Parts()
        helpers.share(among: threads, work(parts, count))
        #expect(parts.done.sorted() == Array(0..<count))
        #expect((1...threads).contains(parts.runs))
      }
    }
  }

  @Test func aHelperIsWaitedFor() {
    let parts = Parts()
    let (both, ended) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
    HelperThreads.shared.share(among: 2) {
      // Each waits for the other, so two threads must be in here at once.
      both.signal()
      both.wait()
      both.signal()
      if parts.take(below: 1) != nil { ended.wait() } else { ended.signal() }
      parts.begin()
    }
    #expect(parts.runs == 2)
  }

  @Test func withoutThreadsTheCallerDoesAll() {
    for allowed in 0...2 {
      let left = Left(allowed)
      let helpers = HelperThreads { body throws(ThreadError) in
        guard left.take() else { throw ThreadError(code: EAGAIN) }
        try SystemThread.start(body)
      }
      for _ in 0..<3 {
        let parts = Parts()
        helpers.share(among: 6, work(parts, 500))
        #expect(parts.done.sorted() == Array(0..<500))
        #expect(parts.runs <= allowed + 1)
      }
    }
  }

  private final class Left: @unchecked Sendable {
    private let lock = NSLock()
    private var count: Int
    init(_ count: Int) { self.count = count }
    func take() -> Bool {
      lock.withLock {
        count -= 1
        return count >= 0
      }
    }
  }

  @Test func callsOfSeveralThreadsDoNotDisturbEachOther() {
    let helpers = HelperThreads { body throws(ThreadError) in try SystemThread.start(body) }
    DispatchQueue.concurrentPerform(iterations: 4) { _ in
      for _ in 0..<50 {
        let parts = Parts()
        helpers.share(among: 3, work(parts, 40))
        #expect(parts.done.count == 40)
      }
    }
  }

  @Test func aStackThatIsTooLargeIsRefused() {
    // More than any machine's address space.
    #expect(throws: ThreadError.self) { try SystemThread.start(stackSize: 1 << 60) {} }
    #expect("\(ThreadError(code: EAGAIN))".contains("Resource temporarily unavailable"))
  }

  @Test func aThreadRunsItsBody() {
    let done = DispatchSemaphore(value: 0)
    do { try SystemThread.start { done.signal() } } catch { Issue.record(error) }
    #expect(done.wait(timeout: .now() + 60) == .success)
  }
}
