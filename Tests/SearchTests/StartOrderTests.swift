import Datasets
import Foundation
import RunStore
import Search
import TestSupport
import Testing
import Threads
import Training
import Workers

@Suite struct StartOrderTests {
  /// A search of four trials, one at a time, in which trial 0 is always the worst.
  private func configuration(_ order: StartOrder?) -> SearchConfiguration {
    var configuration = SearchConfiguration(
      data: DataSelection("bundled"), recipe: Recipe(epochs: 6, seed: 1), population: 4, interval: 1,
      asynchronous: true, concurrency: .trials(1))
    configuration.startOrder = order
    return configuration
  }

  /// Runs a search and gives the places in the order in which they began; stopped where it does not end.
  private func starts(_ order: StartOrder?) throws -> (places: [SegmentPlace], hasEnded: Bool) {
    let folder = try TemporaryFolder()
    let stop = StopFlag()
    let started = Collected<SegmentPlace>()
    let most = 200
    do {
      try search(
        folder("run"), configuration(order),
        executor: ScriptedExecutor { $0.trial == 0 ? 0.1 : 0.4 + Double($0.trial) / 10 }, stop: stop
      ) {
        guard case .segmentStarted(let place, _) = $0 else { return }
        started.add(place)
        if started.all.count == most { stop.request() }
      }
      return (started.all, true)
    } catch SearchError.stoppedBetween {
      return (started.all, false)
    }
  }

  @Test func aTrialThatCopiesOneBehindItWaitsForTheOthers() throws {
    let (places, hasEnded) = try starts(.arrival)
    #expect(hasEnded)
    // Each copy takes trial 0 back by one interval at most, after all others have gone on.
    for generation in 1..<5 {
      let others = (1..<4).map { SegmentPlace(generation: generation, trial: $0) }
      let next = try #require(places.firstIndex(of: SegmentPlace(generation: generation + 1, trial: 0)))
      #expect(Set(places[..<next]).isSuperset(of: others))
    }
    #expect(places.count < 40)
  }

  /// Trial 2 runs ahead, and trial 1 copies it and waits there, known by what it reached before.
  ///
  /// Trial 2, from now on the worst, copies trial 1 from there.
  @Test func aTrialThatWaitsToGoOnFromOneAheadIsNotCopiedForEver() throws {
    let folder = try TemporaryFolder()
    var configuration = configuration(.arrival)
    configuration.population = 3
    configuration.concurrency = .trials(3)
    let stop = StopFlag()
    let (isAhead, hasCopied) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
    let ahead = ScriptedExecutor { segment in
      switch (segment.trial, segment.generation) {
      case (2, 0...2): return 0.6
      case (1, 0):
        isAhead.wait()
        return 0.5
      default:
        hasCopied.wait()
        throw WorkStopped()
      }
    }
    #expect(throws: SearchError.self) {
      try search(folder("run"), configuration, executor: ahead, stop: stop) {
        guard case .segmentFinished(let place, _) = $0 else { return }
        if place == SegmentPlace(generation: 2, trial: 2) { isAhead.signal() }
        guard place.trial == 1 else { return }
        stop.request()
        for _ in 0..<3 { hasCopied.signal() }
      }
    }
    let planned = try segmentsByArrival(folder("run")).filter {
      $0.result == nil
    }
    #expect(planned.map(\.plan.epochs.lowerBound).sorted() == [0, 3, 3])
    configuration.concurrency = .trials(1)
    let started = Counter()
    let again = StopFlag()
    let worst = ScriptedExecutor { [0.45, 0.5, 0.1][$0.trial] }
    try search(folder("run"), configuration, executor: worst, resume: true, stop: again) {
      if case .segmentStarted = $0, started.next() == 100 { again.request() }
    }
    #expect(started.next() < 40)
  }

  @Test func searchesBegunBeforeKeepTheirOrder() throws {
    let (places, hasEnded) = try starts(nil)
    #expect(!hasEnded)
    // All begin; then the worst copies without end.
    #expect(places.prefix(4).map(\.trial) == [0, 1, 2, 3])
    #expect(places.count > 5 && places.dropFirst(5).allSatisfy { $0.trial == 0 })
  }

  @Test func onlyAnAsynchronousSearchHasAnOrder() {
    #expect(smallSearch().startOrder == nil)
    #expect(
      SearchConfiguration(data: DataSelection("bundled"), asynchronous: true).startOrder == .arrival)
  }

  @Test func recordedSettingsWithoutAnOrderHaveNone() throws {
    let encoded = try JSONEncoder().encode(configuration(nil))
    #expect(!String(decoding: encoded, as: UTF8.self).contains("startOrder"))
    #expect(try JSONDecoder().decode(SearchConfiguration.self, from: encoded).startOrder == nil)
    let newer = try JSONEncoder().encode(configuration(.arrival))
    #expect(try JSONDecoder().decode(SearchConfiguration.self, from: newer).startOrder == .arrival)
  }

  @Test func aRunBegunInAnotherOrderIsRefusedByName() throws {
    let folder = try TemporaryFolder()
    _ = try RunDirectory.open(
      folder("run"), configuration: configuration(nil), version: "test", resume: false)
    #expect {
      try RunDirectory.open(
        folder("run"), configuration: configuration(.arrival), version: "test", resume: true)
    } throws: {
      "\($0)".contains("startOrder: found arrival, expected none")
    }
  }
}
