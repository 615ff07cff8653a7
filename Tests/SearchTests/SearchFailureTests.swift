import Foundation
import RunStore
import Search
import TestSupport
import Testing
import Threads
import Workers

@Suite struct SearchFailureTests {
  @Test func aTrialWhoseLossIsNoNumberIsReplaced() throws {
    let folder = try TemporaryFolder()
    let sick: Set = [
      SegmentPlace(generation: 0, trial: 0), SegmentPlace(generation: 0, trial: 1),
      SegmentPlace(generation: 0, trial: 2), SegmentPlace(generation: 2, trial: 4),
      SegmentPlace(generation: 3, trial: 0),
    ]
    let failures = Collected<SegmentPlace>()
    let result = try search(
      folder("run"), smallSearch(concurrency: 2),
      executor: SimulatedExecutor(seed: 3, failing: { sick.contains($0) })
    ) { if case .segmentFailed(let place, _) = $0 { failures.add(place) } }
    #expect(Set(failures.all) == sick)
    #expect(result.trial != 0)
    let records = try SearchJournal(RunDirectory.read(folder("run"))).segments(generations: 0..<4)
    for record in records where record.plan.generation > 0 {
      let parent = SegmentPlace(generation: record.plan.generation - 1, trial: record.plan.parent ?? -1)
      #expect(!sick.contains(parent))
    }
  }

  @Test func whenEveryTrialFailsTheErrorSaysWhatToLower() throws {
    let folder = try TemporaryFolder()
    let executor = SimulatedExecutor(seed: 3, failing: { $0.generation == 1 })
    let expected =
      "generation 2: all 5 trials failed, the first with: the loss became nan in epoch 4, step 1; "
      + "start a new run with a lower learning rate (`learningRate` of built-in networks)"
    for resume in [false, true] {
      let error = #expect(throws: SearchError.self) {
        try search(folder("run"), smallSearch(), executor: executor, resume: resume)
      }
      #expect(error?.description == expected)
    }
  }

  @Test func aFigureThatIsNoNumberCountsAsFailed() throws {
    struct Careless: SegmentExecutor {
      let inner = SimulatedExecutor(seed: 3)
      func run(_ segment: SegmentRequest, stop: StopFlag) throws -> SegmentOutcome {
        let outcome = try inner.run(segment, stop: stop)
        guard segment.generation == 0, segment.trial == 2, case .trained(let metrics) = outcome else {
          return outcome
        }
        return .trained(
          SegmentMetrics(
            score: metrics.score, trainLoss: .nan, trainAccuracy: 0, seconds: 0))
      }
    }
    let folder = try TemporaryFolder()
    let run = try RunDirectory.open(
      folder("run"), configuration: smallSearch(), version: "test", resume: false)
    _ = try Search(run: run, configuration: smallSearch(), executor: Careless())()
    let first = try SearchJournal(run).segments(generation: 0)
    #expect(first[2].result == .failed(reason: "a figure of its result is not a number"))
    #expect(try SearchJournal(run).segments(generation: 1)[2].plan.parent != 2)
  }

  @Test(arguments: [1, 2, 4]) func aFailureOfTheMachineKeepsWhatIsFinished(concurrency: Int) throws {
    let folder = try TemporaryFolder()
    let executor = SimulatedExecutor(
      seed: 3, halfway: { if $0.generation == 1, $0.trial == 3 { throw MachineFailure() } })
    let error = #expect(throws: SearchError.self) {
      try search(folder("run"), smallSearch(concurrency: concurrency), executor: executor)
    }
    #expect(
      error?.description
        == "trial 3, generation 2: no space left on the disk; what was finished is kept: once the cause is removed,"
        + " continue with `resume`"
    )
    let second = try SearchJournal(RunDirectory.read(folder("run"))).segments(generation: 1)
    #expect(second[3].result == nil)
    #expect(second[0..<2].allSatisfy { $0.result != nil })
  }

  @Test func anExecutorThatWritesNothingIsAnError() throws {
    struct Idle: SegmentExecutor {
      func run(_ segment: SegmentRequest, stop: StopFlag) throws -> SegmentOutcome {
        .trained(SegmentMetrics(score: 1, trainLoss: 0, trainAccuracy: 1, seconds: 0))
      }
    }
    let folder = try TemporaryFolder()
    let run = try RunDirectory.open(
      folder("run"), configuration: smallSearch(), version: "test", resume: false)
    let error = #expect(throws: SearchError.self) {
      try Search(run: run, configuration: smallSearch(), executor: Idle())()
    }
    #expect(error?.description.contains("cannot open: No such file or directory") == true)
  }

  @Test func settingsWithoutMeaningAreRefused() throws {
    let wrong: [(String, (inout SearchConfiguration) -> Void)] = [
      ("population: found 0, expected a number from 1 to 1000000", { $0.population = 0 }),
      ("interval: found -1, expected a number from 1 to 1000000", { $0.interval = -1 }),
      ("epochs: found 1000001, expected 1 to 1000000", { $0.recipe.epochs = 1_000_001 }),
      ("concurrency: found 0, expected a number from 1 to 1000000", { $0.concurrency = 0 }),
      ("quantile: found 0.6, expected a number from 0 to 0.5", { $0.quantile = 0.6 }),
      ("quantile: found nan, expected a number from 0 to 0.5", { $0.quantile = .nan }),
    ]
    for (message, change) in wrong {
      var configuration = smallSearch()
      change(&configuration)
      let error = #expect(throws: (any Error).self) { try configuration.validate() }
      #expect(error.map { "\($0)" } == message)
    }
    try smallSearch().validate()
  }
}
