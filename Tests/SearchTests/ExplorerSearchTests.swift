import Datasets
import Foundation
import Policies
import PopulationBasedTraining
import RunStore
import Search
import TestSupport
import Testing
import Threads
import Training
import Workers

/// Searches by each explorer of the program.
@Suite struct ExplorerSearchTests {
  /// An explorer and whether trials are compared one by one.
  private static let modes = NamedExplorer.all.flatMap { explorer in
    explorer.make(in: .pba).isAsynchronous ? [(explorer, false), (explorer, true)] : [(explorer, false)]
  }

  private func settings(
    _ explorer: NamedExplorer, asynchronous: Bool = false, concurrency: Int = 1
  ) -> SearchConfiguration {
    var settings = SearchConfiguration(
      data: DataSelection("bundled"), recipe: Recipe(model: "wrn_10_1", epochs: 13, seed: 3), population: 8,
      interval: 2, asynchronous: asynchronous, concurrency: .trials(concurrency))
    settings.explorer = explorer
    return settings
  }

  @Test(arguments: modes) func endsTheSameHoweverOftenItWasStopped(
    explorer: NamedExplorer, asynchronous: Bool
  ) throws {
    let folder = try TemporaryFolder(inMemory: true)
    let settings = settings(explorer, asynchronous: asynchronous)
    try search(folder("whole"), settings)
    var stops = 0
    var isDone = false
    while !isDone, stops < 100 {
      let (stop, calls) = (StopFlag(), Counter())
      do {
        try search(folder("parts"), settings, resume: stops > 0, stop: stop) { event in
          if case .segmentFinished = event, calls.next() == 4 { stop.request() }
        }
        isDone = true
      } catch is SearchError {
        stops += 1
      }
    }
    #expect(isDone && stops >= 5)
    #expect(try results(in: folder("parts")) == results(in: folder("whole")))
    #expect(
      try segmentsByArrival(folder("parts")).map(\.plan) == segmentsByArrival(folder("whole")).map(\.plan))
  }

  @Test(arguments: NamedExplorer.all) func theNumberOfWorkersDoesNotMatter(explorer: NamedExplorer) throws {
    let folder = try TemporaryFolder(inMemory: true)
    try search(folder("1"), settings(explorer))
    try search(folder("4"), settings(explorer, concurrency: 4))
    #expect(try results(in: folder("4")) == results(in: folder("1")))
    let schedule = try Schedule(contentsOf: folder("1/schedule.json"))
    #expect(schedule.provenance["explorer"] == .string(explorer.name))
    #expect(schedule.epochs == 13)
  }

  @Test(arguments: modes) func failedTrialsCopyAndTheSearchEnds(
    explorer: NamedExplorer, asynchronous: Bool
  ) throws {
    let folder = try TemporaryFolder(inMemory: true)
    let failing: Set = [
      SegmentPlace(generation: 0, trial: 0), SegmentPlace(generation: 0, trial: 6),
      SegmentPlace(generation: 3, trial: 6),
    ]
    let executor = SimulatedExecutor(seed: 3, failing: { failing.contains($0) })
    try search(folder("run"), settings(explorer, asynchronous: asynchronous), executor: executor)
    let records = try segmentsByArrival(folder("run"))
    #expect(records.filter { $0.plan.epochs.upperBound == 13 }.count == 8)
    let byPlace = Dictionary(uniqueKeysWithValues: records.map { ($0.plan.place, $0) })
    for record in records {
      guard let parent = record.plan.parentPlace else { continue }
      #expect(byPlace[parent]?.score != nil)
      #expect(byPlace[parent]?.plan.epochs.upperBound == record.plan.epochs.lowerBound)
    }
  }

  @Test(arguments: [false, true]) func aRandomSearchKeepsEachPolicyToTheEnd(asynchronous: Bool) throws {
    let folder = try TemporaryFolder(inMemory: true)
    let result = try search(folder("run"), settings(.random, asynchronous: asynchronous))
    let records = try segmentsByArrival(folder("run"))
    #expect(records.count == 8 * 7)
    #expect(Set(records.map(\.plan.policy)).count == 8)
    #expect(records.allSatisfy { $0.plan.parent == ($0.plan.generation == 0 ? nil : $0.plan.trial) })
    let byTrial = Dictionary(grouping: records, by: \.plan.trial)
    #expect(byTrial.values.allSatisfy { Set($0.map(\.plan.policy)).count == 1 })
    #expect(result.schedule.segments.count == 1)
    #expect(result.schedule.segments.first?.policy == byTrial[result.trial]?.first?.plan.policy)
    // The quantile has nothing to decide.
    var wider = settings(.random, asynchronous: asynchronous)
    wider.quantile = 0.5
    try search(folder("wider"), wider)
    #expect(try segmentsByArrival(folder("wider")).map(\.plan) == records.map(\.plan))
  }

  @Test func tunedNumbersOfARandomSearchAreKept() throws {
    let folder = try TemporaryFolder(inMemory: true)
    var settings = try smallTrainerSearch(["rate=1e-4:1e-1:log"])
    settings.explorer = .random
    let executor = SimulatedExecutor(
      seed: 3, failing: { $0 == SegmentPlace(generation: 1, trial: 2) })
    try search(folder("run"), settings, executor: executor)
    let records = try segmentsByArrival(folder("run"))
    for trial in 0..<5 where trial != 2 {
      #expect(Set(records.filter { $0.plan.trial == trial }.map(\.plan.tuned)).count == 1)
    }
    // The trial that failed continues with the values of the best.
    let copy = try #require(records.first { $0.plan.place == SegmentPlace(generation: 2, trial: 2) })
    let copied = records.first { $0.plan.place == copy.plan.parentPlace }
    #expect(copy.plan.parent != 2 && copy.plan.tuned == copied?.plan.tuned)
    #expect(copy.plan.policy == copied?.plan.policy)
  }

  @Test func aModeThatAnExplorerDoesNotHaveIsRefused() throws {
    for explorer in NamedExplorer.all {
      let made = explorer.make(in: .pba)
      var settings = settings(explorer, asynchronous: true)
      if made.isAsynchronous {
        try settings.validate()
      } else {
        let error = #expect(throws: SettingError.self) { try settings.validate() }
        #expect(error?.name == "asynchronous")
      }
      settings.asynchronous = false
      settings.population = made.leastPopulation
      try settings.validate()
      settings.population -= 1
      let error = #expect(throws: SettingError.self) { try settings.validate() }
      #expect(error?.name == "population")
    }
  }
}
