import Datasets
import Foundation
import Policies
import RunStore
import Search
import TestSupport
import Testing
import Training
import Workers

@Suite struct SearchLawTests {
  private func segments(_ path: String) throws -> [SegmentRecord] {
    try SearchJournal(RunDirectory.read(path)).segments(generations: 0..<1000)
  }

  @Test(arguments: [1, 2, 3, 4, 5, 16], [(1, 1), (2, 7), (3, 3), (10, 4)])
  func everyTrialTrainsEveryEpochAndTheWorstCopyTheBest(population: Int, lengths: (Int, Int)) throws {
    let (interval, epochs) = lengths
    let folder = try TemporaryFolder()
    let configuration = SearchConfiguration(
      data: DataSelection("bundled"), recipe: Recipe(epochs: epochs, seed: 1), population: population,
      interval: interval)
    let result = try search(folder("run"), configuration)
    let records = try segments(folder("run"))
    let generations = (epochs + interval - 1) / interval
    #expect(records.count == generations * population)
    #expect(result.schedule.epochs == epochs)
    let byPlace = Dictionary(uniqueKeysWithValues: records.map { ($0.plan.place, $0) })
    for record in records {
      let plan = record.plan
      #expect(plan.epochs == plan.generation * interval..<min((plan.generation + 1) * interval, epochs))
      guard plan.generation > 0 else {
        #expect(plan.parent == nil && plan.policy == .searchStart)
        continue
      }
      let before = byPlace[SegmentPlace(generation: plan.generation - 1, trial: plan.trial)]
      if plan.parent == plan.trial { #expect(plan.policy == before?.plan.policy) }
    }
    for generation in 1..<max(1, generations) {
      let before = records.filter { $0.plan.generation == generation - 1 }
      let ranked = before.sorted {
        ($0.score ?? -1, $0.plan.trial) < ($1.score ?? -1, $1.plan.trial)
      }.map(\.plan.trial)
      let size = population == 1 ? 0 : (population + 3) / 4
      let copies = records.filter { $0.plan.generation == generation && $0.plan.parent != $0.plan.trial }
      #expect(copies.map(\.plan.trial) == ranked.prefix(size).sorted())
      #expect(copies.allSatisfy { ranked.suffix(size).contains($0.plan.parent ?? -1) })
    }
  }

  @Test func theBestTrialIsTheHighestAndAmongEqualsTheFirst() throws {
    var tied = 0
    for seed in 0..<20 as Range<UInt64> {
      let folder = try TemporaryFolder()
      var configuration = smallSearch()
      configuration.recipe.seed = seed
      configuration.population = 12
      configuration.recipe.epochs = 3
      let result = try search(folder("run"), configuration)
      let last = try segments(folder("run")).filter { $0.plan.generation == 1 }
      let best = try #require(last.compactMap(\.score).max())
      let winners = last.filter { $0.score == best }.map(\.plan.trial)
      if winners.count > 1 { tied += 1 }
      #expect(result.trial == winners.min())
      #expect(result.score == best)
      #expect(FileManager.default.fileExists(atPath: result.checkpointPath))
    }
    #expect(tied > 0)
  }

  @Test func theScheduleIsTheLineageOfTheBestTrial() throws {
    let folder = try TemporaryFolder()
    let result = try search(folder("run"), smallSearch())
    let byPlace = Dictionary(
      uniqueKeysWithValues: try segments(folder("run")).map { ($0.plan.place, $0.plan) })
    var place = SegmentPlace(generation: 3, trial: result.trial)
    while let plan = byPlace[place] {
      for epoch in plan.epochs { #expect(result.schedule.policy(atEpoch: epoch) == plan.policy) }
      guard let parent = plan.parent else { break }
      place = SegmentPlace(generation: plan.generation - 1, trial: parent)
    }
    #expect(place.generation == 0)
    let written = try Schedule(contentsOf: result.schedulePath)
    #expect(written == result.schedule)
    #expect(written.provenance["seed"] == .integer(3))
    #expect(written.provenance["swift-pba"] == .string("test"))
    #expect(written.provenance["trial"] == .integer(result.trial))
  }

  @Test func theNumberOfWorkersDoesNotMatter() throws {
    let folder = try TemporaryFolder()
    try search(folder("1"), smallSearch())
    let expected = try results(in: folder("1"))
    #expect(expected.count == 2 + 5)
    for concurrency in [2, 4, 64] {
      try search(folder("\(concurrency)"), smallSearch(concurrency: concurrency))
      #expect(try results(in: folder("\(concurrency)")) == expected)
    }
  }

  @Test func anotherSeedGivesAnotherResult() throws {
    let folder = try TemporaryFolder()
    var configuration = smallSearch()
    let first = try search(folder("1"), configuration)
    configuration.recipe.seed += 1
    #expect(try search(folder("2"), configuration).schedule.segments != first.schedule.segments)
  }

  @Test func onlyTheCheckpointsStillNeededAreKept() throws {
    let folder = try TemporaryFolder()
    let held = Collected<[String]>()
    let path = folder("run")
    try search(path, smallSearch()) { event in
      guard case .planned(let generation, _, _, _) = event else { return }
      let names = (try? FileManager.default.contentsOfDirectory(atPath: path + "/checkpoints")) ?? []
      let expected = Set(
        (max(0, generation - 2)..<generation).flatMap { generation in
          (0..<5).map { "g000\(generation)-t000\($0).safetensors" }
        })
      held.add(names.filter { !expected.contains($0) } + expected.subtracting(names))
    }
    #expect(held.all == [[], [], [], []])
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: path + "/checkpoints").sorted()
        == (0..<5).map { "g0003-t000\($0).safetensors" })
  }

  @Test func metricsHaveOneLineASegmentInOrder() throws {
    let folder = try TemporaryFolder()
    let executor = SimulatedExecutor(seed: 3, failing: { $0 == SegmentPlace(generation: 0, trial: 1) })
    try search(folder("run"), smallSearch(concurrency: 4), executor: executor)
    let text = try #require(FileManager.default.contents(atPath: folder("run/metrics.jsonl")))
    let lines = String(decoding: text, as: UTF8.self).split(separator: "\n").map(String.init)
    #expect(lines.count == 20)
    #expect(
      lines[1] == #"{"epochs":2,"failed":"the loss became nan in epoch 2, step 1","generation":0,"trial":1}"#)
    let records = try segments(folder("run"))
    for (line, record) in zip(lines, records) {
      #expect(line.contains("\"generation\":\(record.plan.generation),"))
      #expect(line.contains("\"trial\":\(record.plan.trial)"))
      if let accuracy = record.score, accuracy > 0 {
        #expect(line.contains("\"validationAccuracy\":\(accuracy)"))
      }
    }
  }

  @Test func eventsTellTheWholeStory() throws {
    let folder = try TemporaryFolder()
    let events = Collected<SearchEvent>()
    let result = try search(folder("run"), smallSearch(concurrency: 2)) { events.add($0) }
    var counts: [String: Int] = [:]
    for event in events.all { counts[event.name, default: 0] += 1 }
    #expect(
      counts == [
        "planned": 4, "segmentStarted": 20, "segmentFinished": 20, "scheduleWritten": 4, "compared": 3,
        "finished": 1,
      ])
    guard case .finished(let told) = events.all.last else {
      Issue.record("the last event is \(String(describing: events.all.last)), expected finished")
      return
    }
    #expect(told == result)
  }

  @Test func aScheduleWrittenBeforeTheEndSaysSo() throws {
    let folder = try TemporaryFolder()
    let path = folder("run")
    let told = Collected<Int?>()
    let result = try search(path, smallSearch()) { event in
      guard case .scheduleWritten = event else { return }
      told.add((try? Schedule(contentsOf: path + "/schedule.json"))?.unfinishedAfter)
    }
    #expect(told.all == [2, 4, 6, nil])
    #expect(result.schedule.unfinishedAfter == nil)
  }

  /// The work is counted, not timed: the pages of the journal that are looked at for a generation.
  @Test func aThousandTrialsAreNoMoreWorkLateThanEarly() throws {
    // In memory where there is such a folder: the time of twenty thousand waits for a disk is the disk's.
    let folder = try TemporaryFolder(inMemory: true)
    let configuration = SearchConfiguration(
      data: DataSelection("bundled"), recipe: Recipe(epochs: 20, seed: 1), population: 1000, interval: 1,
      concurrency: 2)
    let run = try RunDirectory.open(
      folder("run"), configuration: configuration, version: "test", resume: false)
    let journal = SearchJournal(run)
    let pages = Collected<Result<Int, any Error>>()
    let result = try Search(
      run: run, configuration: configuration, executor: SimulatedExecutor(seed: 1)
    ) { event in
      if case .planned = event { pages.add(Result { try journal.pagesRead() }) }
    }()
    #expect(result.schedule.epochs == 20)
    #expect(try segments(folder("run")).count == 20_000)
    let read = try pages.all.map { try $0.get() }
    #expect(read.count == 20)
    let work = zip(read.dropFirst(), read).map(-)
    let (early, late) = (work[1..<6].max() ?? 0, work[14...].max() ?? .max)
    #expect(early > 0 && late <= 2 * early, "pages for each generation: \(work)")
  }
}

extension SearchEvent {
  /// Which kind of event it is.
  fileprivate var name: String {
    switch self {
    case .planned: "planned"
    case .segmentStarted: "segmentStarted"
    case .segmentFinished: "segmentFinished"
    case .segmentFailed: "segmentFailed"
    case .checkpointLost: "checkpointLost"
    case .checkpointRestored: "checkpointRestored"
    case .scheduleWritten: "scheduleWritten"
    case .compared: "compared"
    case .copied: "copied"
    case .advanced: "advanced"
    case .capacity: "capacity"
    case .threadsRefused: "threadsRefused"
    case .finished: "finished"
    }
  }
}
