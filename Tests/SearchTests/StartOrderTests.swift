import Datasets
import Foundation
import RunStore
import Search
import Testing
import Training

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
        folder("run"), configuration(order), executor: WorstFirstTrial(), stop: stop
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
    for generation in 1..<6 {
      let others = (1..<4).map { SegmentPlace(generation: generation, trial: $0) }
      let before = places.prefix { $0 != SegmentPlace(generation: generation + 1, trial: 0) }
      #expect(Set(before).isSuperset(of: others.filter { $0.generation < 6 }))
    }
    #expect(places.count < 40)
  }

  @Test(arguments: [StartOrder.trial, nil]) func searchesBegunBeforeKeepTheirOrder(order: StartOrder?) throws
  {
    let (places, hasEnded) = try starts(order)
    #expect(!hasEnded)
    // All begin; then the worst copies for ever.
    #expect(places.prefix(4).map(\.trial) == [0, 1, 2, 3])
    #expect(places.dropFirst(5).allSatisfy { $0.trial == 0 })
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

/// Trains nothing; trial 0 has the lowest score, whatever it goes on from.
private struct WorstFirstTrial: SegmentExecutor {
  func run(_ segment: SegmentRequest) throws -> SegmentOutcome {
    let accuracy = segment.trial == 0 ? 0.1 : 0.4 + Double(segment.trial) / 10
    try Data("after \(segment.epochs.upperBound)\n".utf8).write(to: URL(fileURLWithPath: segment.checkpoint))
    return .trained(
      SegmentMetrics(validationAccuracy: accuracy, trainLoss: 1, trainAccuracy: accuracy, seconds: 0.5))
  }
}
