import Foundation
import RunStore
import Search
import TestSupport
import Testing

@Suite struct AsynchronousFailureTests {
  @Test(arguments: [1, 2, 5]) func aTrialWhoseLossIsNoNumberIsReplaced(concurrency: Int) throws {
    let folder = try TemporaryFolder()
    let sick: Set = [
      SegmentPlace(generation: 0, trial: 0), SegmentPlace(generation: 0, trial: 1),
      SegmentPlace(generation: 1, trial: 1), SegmentPlace(generation: 2, trial: 4),
    ]
    let failures = Collected<SegmentPlace>()
    let configuration = smallAsynchronousSearch(concurrency: concurrency)
    try search(
      folder("run"), configuration, executor: SimulatedExecutor(seed: 3, failing: { sick.contains($0) })
    ) { if case .segmentFailed(let place, _) = $0 { failures.add(place) } }
    #expect(Set(failures.all) == sick)
    let records = try segmentsByArrival(folder("run"))
    let byPlace = Dictionary(uniqueKeysWithValues: records.map { ($0.plan.place, $0) })
    for place in sick {
      let next = try #require(
        byPlace[SegmentPlace(generation: place.generation + 1, trial: place.trial)]?.plan)
      let parent = try #require(next.parentPlace.flatMap { byPlace[$0] })
      #expect(parent.checkpoint != nil)
      #expect(next.epochs.lowerBound == parent.plan.epochs.upperBound)
    }
    #expect(Set(records.filter { $0.plan.epochs.upperBound == 7 }.map(\.plan.trial)) == [0, 1, 2, 3, 4])
    #expect(ArrivalRules(records, configuration).faults.isEmpty)
  }

  @Test func aTrialThatFailsFirstWaitsForOneToCopy() throws {
    let folder = try TemporaryFolder()
    let first = SegmentPlace(generation: 0, trial: 0)
    try search(
      folder("run"), smallAsynchronousSearch(), executor: SimulatedExecutor(seed: 3, failing: { $0 == first })
    )
    let records = try segmentsByArrival(folder("run"))
    #expect(records.first { $0.plan.place == first }?.arrival == 1)
    let next = try #require(records.first { $0.plan.place == SegmentPlace(generation: 1, trial: 0) })
    // The only result that there was then is the second.
    #expect(next.plan.parentPlace == records.first { $0.arrival == 2 }?.plan.place)
  }

  @Test func aTrialThatFailsWhenTheOthersEndedGoesOnFromOneOfThem() throws {
    let folder = try TemporaryFolder()
    let gate = Gate(turns: [])
    let sick = SegmentPlace(generation: 0, trial: 0)
    let executor = SimulatedExecutor(
      seed: 3, failing: { $0 == sick },
      halfway: { if $0.trial == 0, $0.generation == 0 { gate.waitForEnd(of: 4) } })
    try search(folder("run"), smallAsynchronousSearch(concurrency: 5), executor: executor) { gate.hear($0) }
    let records = try segmentsByArrival(folder("run"))
    let next = try #require(records.first { $0.plan.place == SegmentPlace(generation: 1, trial: 0) }?.plan)
    let parent = try #require(records.first { $0.plan.place == next.parentPlace })
    #expect(parent.plan.trial != 0)
    let compared = records.filter { (1..<7).contains($0.plan.epochs.upperBound) }
    let lastScores = (1..<5).compactMap { trial in
      compared.last { $0.plan.trial == trial }?.score
    }
    #expect(parent.score == lastScores.max())
    #expect(records.contains { $0.plan.trial == 0 && $0.plan.epochs.upperBound == 7 })
  }

  @Test func whenEveryTrialFailsTheErrorSaysWhatToLower() throws {
    let folder = try TemporaryFolder()
    let executor = SimulatedExecutor(seed: 3, failing: { _ in true })
    for resume in [false, true] {
      let error = #expect(throws: SearchError.self) {
        try search(folder("run"), smallAsynchronousSearch(), executor: executor, resume: resume)
      }
      #expect(
        error?.description
          == "generation 1: all 5 trials failed, the first with: the loss became nan in epoch 2, step 1; "
          + "start a new run with a lower learning rate (`learningRate` of built-in networks)")
    }
  }

  @Test(arguments: [1, 2, 4]) func aFailureOfTheMachineKeepsWhatIsFinished(concurrency: Int) throws {
    let folder = try TemporaryFolder()
    let executor = SimulatedExecutor(
      seed: 3, halfway: { if $0.generation == 1, $0.trial == 3 { throw MachineFailure() } })
    let error = #expect(throws: SearchError.self) {
      try search(folder("run"), smallAsynchronousSearch(concurrency: concurrency), executor: executor)
    }
    #expect(error?.description.hasPrefix("trial 3, generation 2: no space left on the disk; ") == true)
    let records = try segmentsByArrival(folder("run"))
    #expect(records.first { $0.plan.place == SegmentPlace(generation: 1, trial: 3) }?.result == nil)
    #expect(records.count { $0.result != nil } >= 5)
  }

  @Test func aMachineThatDoesNotReproduceAFailureIsTold() throws {
    let folder = try TemporaryFolder()
    let calls = Counter()
    let executor = SimulatedExecutor(
      seed: 3, halfway: { _ in if calls.next() == 8 { throw MachineFailure() } })
    #expect(throws: SearchError.self) {
      try search(folder("run"), smallAsynchronousSearch(), executor: executor)
    }
    let checkpoints = folder("run/checkpoints")
    for name in try FileManager.default.contentsOfDirectory(atPath: checkpoints) {
      try FileManager.default.removeItem(atPath: checkpoints + "/" + name)
    }
    let error = #expect(throws: SearchError.self) {
      try search(
        folder("run"), smallAsynchronousSearch(),
        executor: SimulatedExecutor(seed: 3, failing: { $0.generation == 0 }), resume: true)
    }
    #expect(error?.description.contains("its checkpoint was lost, and training it again failed") == true)
  }
}
