import Augmentation
import Datasets
import Foundation
import Policies
import RunStore
import Search
import TestSupport
import Testing
import Threads
import Training
import Workers

@Suite struct AsynchronousLawTests {
  @Test(arguments: [1, 2, 3, 5, 16], [(1, 1), (2, 7), (3, 3), (3, 20)])
  func everyTrialTrainsEveryEpochByTheRules(population: Int, lengths: (Int, Int)) throws {
    let (interval, epochs) = lengths
    for concurrency in [1, 2, population] {
      let folder = try TemporaryFolder()
      let configuration = SearchConfiguration(
        data: DataSelection("bundled"), recipe: Recipe(epochs: epochs, seed: 1), population: population,
        interval: interval, asynchronous: true, concurrency: .trials(concurrency))
      let result = try search(folder("run"), configuration)
      let records = try segmentsByArrival(folder("run"))
      #expect(records.allSatisfy { $0.result != nil })
      #expect(ArrivalRules(records, configuration).faults.isEmpty)
      let last = records.filter { $0.plan.epochs.upperBound == epochs }
      #expect(Set(last.map(\.plan.trial)) == Set(0..<population) && last.count == population)
      #expect(result.score == last.compactMap(\.score).max())
      #expect(result.schedule.epochs == epochs)
      #expect(result.schedule.unfinishedAfter == nil)
      #expect(FileManager.default.fileExists(atPath: result.checkpointPath))
      #expect(try Schedule(contentsOf: result.schedulePath) == result.schedule)
      #expect(result.schedule.provenance["asynchronous"] == .bool(true))
    }
  }

  @Test func theScheduleIsTheLineageAcrossGenerations() throws {
    let folder = try TemporaryFolder()
    var crossings = 0
    for seed in 0..<10 as Range<UInt64> {
      var configuration = smallAsynchronousSearch()
      configuration.recipe.seed = seed
      let path = folder("\(seed)")
      let result = try search(path, configuration)
      let byPlace = Dictionary(
        uniqueKeysWithValues: try segmentsByArrival(path).map { ($0.plan.place, $0.plan) })
      let last = try #require(
        byPlace.values.first { $0.trial == result.trial && $0.epochs.upperBound == 7 })
      var place: SegmentPlace? = last.place
      while let plan = place.flatMap({ byPlace[$0] }) {
        for epoch in plan.epochs { #expect(result.schedule.policy(atEpoch: epoch) == plan.policy) }
        place = plan.parentPlace
        if let place, place.generation != plan.generation - 1 { crossings += 1 }
      }
    }
    #expect(crossings > 0)
  }

  /// Results are let through in an order drawn at random, or made to be unfair, whatever the threads do.
  @Test(arguments: 0..<12) func theRulesHoldForAnyOrderOfArrival(number: Int) throws {
    var random = RandomStream(seed: UInt64(number), domain: .policyDraw)
    let population = 2 + Int(random.next() % 7)
    var configuration = smallAsynchronousSearch(concurrency: population)
    configuration.population = population
    configuration.recipe.epochs = 3 + Int(random.next() % 12)
    configuration.recipe.seed = UInt64(number)
    if number % 3 == 2 { configuration.burnIn = 2 }
    let turns = (0..<4000).map { _ -> Int in
      // Two thirds of the turns belong to the lower half, so that some trials are far ahead.
      let trial = Int(random.next() % UInt64(population))
      return random.next() % 3 == 0 ? trial : trial / 2
    }
    let folder = try TemporaryFolder()
    let gate = Gate(turns: turns)
    let path = folder("run")
    try search(
      path, configuration,
      executor: GatedExecutor(inner: SimulatedExecutor(seed: 1), gate: gate, population: population)
    ) { gate.hear($0) }
    let records = try segmentsByArrival(path)
    let rules = ArrivalRules(records, configuration)
    #expect(rules.faults.isEmpty)
    let arrived = records.sorted { ($0.arrival ?? 0) < ($1.arrival ?? 0) }.map(\.plan.trial)
    #expect(arrived == gate.passed)
  }

  @Test func whatWasCopiedAndFromWhereIsTold() throws {
    let folder = try TemporaryFolder()
    let events = Collected<SearchEvent>()
    try search(folder("run"), smallAsynchronousSearch()) { events.add($0) }
    let byPlace = Dictionary(
      uniqueKeysWithValues: try segmentsByArrival(folder("run")).map { ($0.plan.place, $0.plan) })
    var told = 0
    for case .copied(let exploit, let epoch) in events.all {
      told += 1
      let plan = try #require(
        byPlace[SegmentPlace(generation: exploit.generation + 1, trial: exploit.trial)])
      #expect(plan.parent == exploit.source)
      #expect(plan.epochs.lowerBound == epoch)
      #expect(plan.policy == exploit.explored)
      #expect(plan.parentPlace.flatMap { byPlace[$0] }?.policy == exploit.previous)
    }
    #expect(told == ArrivalRules(try segmentsByArrival(folder("run")), smallAsynchronousSearch()).copies)
    #expect(told > 0)
  }

  @Test(arguments: [2, 5]) func aStragglerBlocksNoOne(concurrency: Int) throws {
    let folder = try TemporaryFolder()
    let others = Gate(turns: [])
    let straggler = SegmentPlace(generation: 0, trial: 0)
    let executor = SimulatedExecutor(
      seed: 3, halfway: { if $0.trial == 0, $0.generation == 0 { others.waitForEnd(of: 4) } })
    let path = folder("run")
    let result = try search(path, smallAsynchronousSearch(concurrency: concurrency), executor: executor) {
      others.hear($0)
    }
    let records = try segmentsByArrival(path)
    let late = try #require(records.first { $0.plan.place == straggler }?.arrival)
    let before = records.filter { ($0.arrival ?? 0) < late && $0.plan.epochs.upperBound == 7 }
    #expect(Set(before.map(\.plan.trial)) == [1, 2, 3, 4])
    #expect(records.contains { $0.plan.trial == 0 && $0.plan.epochs.upperBound == 7 })
    #expect(result.schedule.epochs == 7)
  }

  @Test func withOneSlotTheLeastTrainedTrialIsNext() throws {
    let folder = try TemporaryFolder()
    var configuration = smallAsynchronousSearch()
    configuration.quantile = 0
    let started = Collected<SegmentPlace>()
    try search(folder("run"), configuration) {
      if case .segmentStarted(let place, _) = $0 { started.add(place) }
    }
    #expect(
      started.all
        == (0..<4).flatMap { generation in
          (0..<5).map { SegmentPlace(generation: generation, trial: $0) }
        })
  }

  @Test func onlyCheckpointsThatMayBeNeededAreKept() throws {
    let folder = try TemporaryFolder()
    let path = folder("run")
    let missing = Collected<String>()
    let most = Collected<Int>()
    let executor = SimulatedExecutor(
      seed: 3,
      halfway: { segment in
        let names = Set(
          (try? FileManager.default.contentsOfDirectory(atPath: path + "/checkpoints")) ?? []
        ).filter { $0.hasSuffix(".safetensors") }
        most.add(names.count)
        if let parent = segment.parentCheckpoint, !FileManager.default.fileExists(atPath: parent) {
          missing.add(parent)
        }
      })
    try search(path, smallAsynchronousSearch(concurrency: 2), executor: executor)
    #expect(missing.all.isEmpty)
    // What each trial was compared by, the parent of what it trains, and what is about to be deleted.
    let held = try #require(most.all.max())
    #expect((5...2 * 5 + 2).contains(held))
    let kept = try FileManager.default.contentsOfDirectory(atPath: path + "/checkpoints")
    #expect(
      Set(kept)
        == Set(
          try segmentsByArrival(path).filter { $0.plan.epochs.upperBound == 7 }.compactMap(\.checkpoint?.file)
        ))
  }

  @Test func metricsHaveOneLineAResultInTheirOrder() throws {
    let folder = try TemporaryFolder()
    try search(folder("run"), smallAsynchronousSearch(concurrency: 3))
    let text = try #require(FileManager.default.contents(atPath: folder("run/metrics.jsonl")))
    let lines = String(decoding: text, as: UTF8.self).split(separator: "\n").map(String.init)
    let records = try segmentsByArrival(folder("run"))
    #expect(lines.count == records.count)
    for (line, record) in zip(lines, records) {
      let plan = record.plan
      #expect(line.contains("\"generation\":\(plan.generation),"))
      #expect(line.contains("\"trial\":\(plan.trial),"))
      if let generation = plan.parentGeneration {
        #expect(line.contains("\"parentGeneration\":\(generation),"))
      }
    }
  }

  /// The work is counted, not timed: the pages of the journal that are looked at for a quarter of the results.
  @Test func aThousandTrialsAreNoMoreWorkLateThanEarly() throws {
    let folder = try TemporaryFolder(inMemory: true)
    let configuration = SearchConfiguration(
      data: DataSelection("bundled"), recipe: Recipe(epochs: 4, seed: 1), population: 1000, interval: 1,
      asynchronous: true, concurrency: 2)
    let run = try RunDirectory.open(
      folder("run"), configuration: configuration, version: "test", resume: false)
    let journal = SearchJournal(run)
    let pages = Collected<Result<Int, any Error>>()
    let result = try Search(
      run: run, configuration: configuration, executor: SimulatedExecutor(seed: 1)
    ) { event in
      if case .advanced = event { pages.add(Result { try journal.pagesRead() }) }
    }()
    let read = try pages.all.map { try $0.get() }
    let quarter = read.count / 4
    let (early, late) = (read[2 * quarter] - read[quarter], read[4 * quarter - 1] - read[3 * quarter])
    #expect(early > 0 && late <= 2 * early, "\(early) pages, then \(late)")
    #expect(result.schedule.epochs == 4)
    let records = try segmentsByArrival(folder("run"))
    #expect(records.count >= 4000)
    #expect(ArrivalRules(records, configuration).faults.isEmpty)
  }
}

/// Lets results through one after another: the order of arrival is the test's, not the threads'.
final class Gate: @unchecked Sendable {
  private let condition = NSCondition()
  private var turns: ArraySlice<Int>
  private var waiting: Set<Int> = []
  private var ended = 0
  private var order: [Int] = []

  /// A gate that serves trials in this order; a turn of a trial that has ended goes to the first that waits.
  init(turns: [Int]) { self.turns = turns[...] }

  /// The trials in the order in which they were let through.
  var passed: [Int] { condition.withLock { order } }

  /// Follows the search, whose results are recorded one by one.
  func hear(_ event: SearchEvent) {
    condition.withLock {
      if case .advanced(_, let ended, _) = event { self.ended = ended }
      condition.broadcast()
    }
  }

  /// Waits until so many trials are at their end.
  func waitForEnd(of count: Int) {
    condition.withLock { while ended < count { condition.wait() } }
  }

  /// Waits until every trial that still trains stands here and it is this trial's turn.
  func pass(_ trial: Int, of population: Int) {
    condition.withLock {
      waiting.insert(trial)
      condition.broadcast()
      while waiting.count + ended < population || nextTurn() != trial { condition.wait() }
      waiting.remove(trial)
      if let turn = turns.firstIndex(of: trial) { turns.remove(at: turn) }
      order.append(trial)
      condition.broadcast()
    }
  }

  private func nextTurn() -> Int? { turns.first { waiting.contains($0) } ?? waiting.min() }
}

/// An executor whose segments end when the gate lets them.
struct GatedExecutor: SegmentExecutor {
  let inner: SimulatedExecutor
  let gate: Gate
  let population: Int

  func run(_ segment: SegmentRequest, stop: StopFlag) throws -> SegmentOutcome {
    let outcome = try inner.run(segment, stop: stop)
    gate.pass(segment.trial, of: population)
    return outcome
  }
}
