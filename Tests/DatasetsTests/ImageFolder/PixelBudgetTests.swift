import Datasets
import Foundation
import Testing

@Suite struct PixelBudgetTests {
  /// What is in use, and the most that ever was.
  private final class Gauge: @unchecked Sendable {
    // The lock guards the variables, so sharing the object is safe.
    private let lock = NSLock()
    private var inUse = 0
    private var workers = 0
    private(set) var most = 0
    private(set) var finished = 0
    private(set) var wasAlone = true

    func use(_ count: Int, alone: Bool) {
      lock.withLock {
        inUse += count
        workers += 1
        most = max(most, inUse)
        if alone, workers > 1 { wasAlone = false }
      }
      lock.withLock {
        inUse -= count
        workers -= 1
        finished += 1
      }
    }
  }

  @Test func neverGivesOutMoreThanThereIs() {
    let budget = PixelBudget(pixels: 100)
    let gauge = Gauge()
    DispatchQueue.concurrentPerform(iterations: 2000) { place in
      let isHuge = place % 50 == 7
      let count = isHuge ? 100 : 30 + place % 11
      budget.withPixels(count) { gauge.use(count, alone: isHuge) }
    }
    #expect(gauge.most <= 100)
    #expect(gauge.wasAlone)
    #expect(gauge.finished == 2000)
  }

  @Test func anImageBeyondTheBudgetWaitsForAllOfIt() {
    let budget = PixelBudget(pixels: 100)
    let gauge = Gauge()
    DispatchQueue.concurrentPerform(iterations: 200) { place in
      budget.withPixels(place % 2 == 0 ? 1000 : 1) { gauge.use(1, alone: place % 2 == 0) }
    }
    #expect(gauge.wasAlone)
    #expect(gauge.finished == 200)
  }

  @Test func anErrorGivesBackWhatItHad() {
    let budget = PixelBudget(pixels: 10)
    for _ in 0..<3 {
      #expect(throws: CocoaError.self) {
        try budget.withPixels(10) { throw CocoaError(.fileNoSuchFile) }
      }
    }
    #expect(budget.withPixels(10) { true })
  }
}
