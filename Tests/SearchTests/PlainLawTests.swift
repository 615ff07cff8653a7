import Augmentation
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

/// A search of many trials and generations, against the law of population based training stated without a journal.
@Suite struct PlainLawTests {
  @Test func everyDecisionFollowsFromTheScoresBeforeIt() throws {
    let folder = try TemporaryFolder(inMemory: true)
    let (population, generations) = (50, 20)
    let configuration = SearchConfiguration(
      data: DataSelection("bundled"), recipe: Recipe(epochs: generations, seed: 9), population: population,
      interval: 1, concurrency: 2)
    // Stopped midway and resumed, so that what was read again is held to the same law.
    let stop = StopFlag()
    #expect(throws: SearchError.self) {
      try search(folder("run"), configuration, stop: stop) { event in
        if case .compared(generation: 7, _) = event { stop.request() }
      }
    }
    let result = try search(folder("run"), configuration, resume: true)
    let records = try SearchJournal(RunDirectory.read(folder("run"))).segments(generations: 0..<generations)
    #expect(records.count == population * generations)

    var policies = [Policy](repeating: .searchStart, count: population)
    var schedules = [[Policy]](repeating: [], count: population)
    for generation in 0..<generations {
      let found = records.filter { $0.plan.generation == generation }
      #expect(found.map(\.plan.policy) == policies)
      for trial in 0..<population { schedules[trial].append(policies[trial]) }
      guard generation + 1 < generations else { break }
      let current = policies
      let exploits = try Exploit.decisions(
        comparing: found.map { Score(trial: $0.plan.trial, value: $0.score) },
        hyperparameters: Dictionary(uniqueKeysWithValues: current.enumerated().map { ($0, $1) }),
        generation: generation, fraction: 0.25,
        generator: { RandomStream(seed: 9, domain: .exploit, trial: $0, epoch: generation) },
        explorer: PolicyPerturbation())
      #expect(exploits.count == 13)
      var parents = Array(0..<population)
      for exploit in exploits {
        parents[exploit.trial] = exploit.source
        policies[exploit.trial] = exploit.explored
      }
      schedules = parents.map { schedules[$0] }
      let next = records.filter { $0.plan.generation == generation + 1 }
      #expect(next.map(\.plan.parent) == parents)
    }
    let last = records.suffix(population)
    let best = try #require(last.compactMap(\.score).max())
    #expect(result.trial == last.first { $0.score == best }?.plan.trial)
    #expect((0..<generations).map { result.schedule.policy(atEpoch: $0) } == schedules[result.trial])
  }
}
