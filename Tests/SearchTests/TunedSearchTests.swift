import Foundation
import PopulationBasedTraining
import RunStore
import Search
import TestSupport
import Testing
import Text
import Threads
import Torch
import Workers

/// Settings of a small search for a trainer that is never asked for, as a simulated one stands in its place.
func smallTrainerSearch(
  _ tune: [String] = [], asynchronous: Bool = false
) throws -> TrainerConfiguration {
  var workers = WorkerSettings()
  workers.workers = 1
  return TrainerConfiguration(
    trainer: TrainerName(file: "/made/up.py", className: "Net"), trainerDigest: "0f",
    trainerConfig: TrainerSettings(["rate": .number(0.1), "decay": .integer(1)]),
    objective: Objective(name: "f1"), tune: try tune.map { try #require(TunedRange($0)) }, epochs: 7, seed: 3,
    population: 5, interval: 2, asynchronous: asynchronous, workers: workers)
}

/// Hyperparameters beside the policy.
@Suite struct TunedSearchTests {
  private static let ranges = ["rate=1e-4:1e-1:log", "decay=0:2"]

  private func plans(_ path: String) throws -> [SegmentPlan] {
    try SearchJournal(RunDirectory.read(path)).segmentsByArrival().map(\.plan)
  }

  @Test(arguments: [false, true])
  func policiesAndCopiesAreThoseOfASearchWithoutThem(asynchronous: Bool) throws {
    let folder = try TemporaryFolder(inMemory: true)
    let (with, without) = (folder("with"), folder("without"))
    try search(
      with, smallTrainerSearch(Self.ranges, asynchronous: asynchronous), executor: SimulatedExecutor(seed: 3))
    try search(without, smallTrainerSearch(asynchronous: asynchronous), executor: SimulatedExecutor(seed: 3))
    let plain = try plans(without)
    #expect(plain.allSatisfy { $0.tuned.isEmpty })
    #expect(
      try plans(with).map {
        SegmentPlan(
          generation: $0.generation, trial: $0.trial, epochs: $0.epochs, parent: $0.parent,
          parentGeneration: $0.parentGeneration, policy: $0.policy)
      } == plain)
    // A search that tunes nothing says nothing of it.
    let schedule = try #require(FileManager.default.contents(atPath: without + "/schedule.json"))
    #expect(!String(decoding: schedule, as: UTF8.self).contains("tuned"))
    let lines = try #require(FileManager.default.contents(atPath: without + "/metrics.jsonl"))
    #expect(!String(decoding: lines, as: UTF8.self).contains("tuned"))
  }

  @Test(arguments: [false, true])
  func valuesFollowTheLaw(asynchronous: Bool) throws {
    let folder = try TemporaryFolder(inMemory: true)
    let configuration = try smallTrainerSearch(Self.ranges, asynchronous: asynchronous)
    try search(folder("run"), configuration, executor: SimulatedExecutor(seed: 3))
    let plans = try plans(folder("run"))
    let byPlace = Dictionary(uniqueKeysWithValues: plans.map { ($0.place, $0) })
    var (copies, redrawn) = (0, 0)
    for plan in plans {
      #expect(Set(plan.tuned.keys) == ["rate", "decay"])
      guard let parent = plan.parentPlace.flatMap({ byPlace[$0] }) else { continue }
      if parent.trial == plan.trial && parent.generation == plan.generation - 1 {
        #expect(plan.tuned == parent.tuned)
        continue
      }
      copies += 1
      for range in configuration.tune ?? [] {
        let (copied, value) = (try #require(parent.tuned[range.name]), try #require(plan.tuned[range.name]))
        #expect(range.values.contains(value))
        let (low, high) = (range.values.lowerBound, range.values.upperBound)
        if !TunedRange.factors.contains(where: { min(max(copied * $0, low), high) == value }) { redrawn += 1 }
      }
    }
    #expect(copies > 2 && redrawn < 2 * copies)
    let first = plans.filter { $0.generation == 0 }.compactMap { $0.tuned["rate"] }
    #expect(Set(first).count == configuration.population)
  }

  @Test func theOrderOfOptionsDoesNotMatter() throws {
    let configuration = try smallTrainerSearch(Self.ranges)
    #expect(try smallTrainerSearch(Self.ranges.reversed()) == configuration)
    #expect(configuration.rules.tuned.map(\.name) == ["decay", "rate"])
  }

  @Test(arguments: [false, true])
  func aStoppedSearchContinues(asynchronous: Bool) throws {
    let folder = try TemporaryFolder(inMemory: true)
    let configuration = try smallTrainerSearch(Self.ranges, asynchronous: asynchronous)
    let executor = SimulatedExecutor(seed: 3)
    try search(folder("whole"), configuration, executor: executor)
    let stop = StopFlag()
    let finished = Counter()
    #expect(throws: SearchError.self) {
      try search(folder("stopped"), configuration, executor: executor, stop: stop) {
        if case .segmentFinished = $0, finished.next() == 7 { stop.request() }
      }
    }
    try search(folder("stopped"), configuration, executor: executor, resume: true)
    #expect(try results(in: folder("stopped")) == results(in: folder("whole")))
  }

  @Test func theScheduleSaysWhatTheBestTrialTrainedWith() throws {
    let folder = try TemporaryFolder(inMemory: true)
    let configuration = try smallTrainerSearch(Self.ranges)
    let result = try search(folder("run"), configuration, executor: SimulatedExecutor(seed: 3))
    let course = try #require(result.tuned)
    #expect(course.steps.map(\.epochs).reduce(0, +) == configuration.epochs)
    let journal = SearchJournal(try RunDirectory.read(folder("run")))
    let last = SegmentPlace(generation: configuration.rules.generations - 1, trial: result.trial)
    let ancestry = try journal.ancestry(of: last)
    for plan in ancestry.map(\.plan) {
      #expect(course.steps.contains { $0.values == plan.tuned })
    }
    #expect(result.schedule.provenance["tuned"] == course.value)
    #expect(result.schedule.provenance["trainer"] == .string("up.py:Net"))
    #expect(result.schedule.provenance["scoreName"] == .string("f1"))
    #expect(result.schedule.name == "up.py:Net")
    // Neither the trainer's place nor its settings.
    let text = try #require(FileManager.default.contents(atPath: folder("run/schedule.json")))
    #expect(!String(decoding: text, as: UTF8.self).contains("/made"))
  }

  @Test func checkpointsAreArchivesAndNothingElseIsDeleted() throws {
    let folder = try TemporaryFolder(inMemory: true)
    let path = folder("run")
    let configuration = try smallTrainerSearch()
    let stop = StopFlag()
    #expect(throws: SearchError.self) {
      try search(path, configuration, executor: SimulatedExecutor(seed: 3), stop: stop) {
        if case .compared(generation: 1, _) = $0 { stop.request() }
      }
    }
    try folder.write("mine", to: "run/checkpoints/mine.safetensors")
    let result = try search(path, configuration, executor: SimulatedExecutor(seed: 3), resume: true)
    #expect(result.checkpoint?.hasSuffix("/checkpoints/g0003-t000\(result.trial).tar") == true)
    let names = try folder.names(in: "run/checkpoints")
    #expect(names == (0..<5).map { "g0003-t000\($0).tar" } + ["mine.safetensors"])
  }

  @Test func aRunKnowsItsKind() throws {
    let folder = try TemporaryFolder(inMemory: true)
    let configuration = try smallTrainerSearch(Self.ranges)
    try search(folder("trainer"), configuration, executor: SimulatedExecutor(seed: 3))
    try search(folder("network"), smallSearch())
    func kind(_ name: String) throws -> AnySearchConfiguration {
      try RunDirectory.configuration(AnySearchConfiguration.self, of: folder(name))
    }
    #expect(try kind("trainer") == .trainer(configuration))
    #expect(try kind("network") == .network(smallSearch()))
    #expect(
      folder.text(of: "trainer/config.yaml") == """
        trainer: /made/up.py:Net
        trainerDigest: 0f
        trainerConfig: '{"decay": 1, "rate": 0.1}'
        score: f1
        direction: maximize
        tune:
        - decay=0.0:2.0
        - rate=0.0001:0.1:log
        epochs: 7
        seed: 3
        population: 5
        interval: 2
        quantile: 0.25
        burnIn: 0
        asynchronous: false
        device: cpu
        workers: 1

        """)
  }
}
