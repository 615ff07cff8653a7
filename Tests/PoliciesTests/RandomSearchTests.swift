import Augmentation
import Policies
import PopulationBasedTraining
import Testing

@Suite("Search without selection")
struct RandomSearchTests {
  private let explorer = RandomSearch(.pba)

  private func beginning(trial: Int) -> Policy {
    var generator = RandomStream(seed: 4, domain: .policyDraw, trial: trial)
    return explorer.beginning(of: trial, from: .searchStart, using: &generator)
  }

  @Test("trials begin with different policies of the space, all of whose numbers occur")
  func beginnings() {
    let policies = (0..<400).map { beginning(trial: $0) }
    #expect(Set(policies).count == 400)
    #expect(policies.allSatisfy { $0.entries.map(\.operation) == SearchSpace.pba.entries })
    for place in SearchSpace.pba.entries.indices {
      #expect(Set(policies.map { $0.entries[place].probability }).count == 11)
      #expect(Set(policies.map { $0.entries[place].magnitude }).count == 10)
    }
  }

  @Test("explorers that begin at random begin with the same policies")
  func sameBeginnings() throws {
    for explorer in [NamedExplorer.pbaRandomStart, .multipleFrequencies] {
      let made = explorer.make(in: .pba)
      for trial in 0..<20 {
        var generator = RandomStream(seed: 4, domain: .policyDraw, trial: trial)
        #expect(
          try made.beginning(of: trial, from: .searchStart, using: &generator) == beginning(trial: trial))
      }
    }
    var generator = RandomStream(seed: 4, domain: .policyDraw)
    let pba = NamedExplorer.pba.make(in: .pba)
    #expect(try pba.beginning(of: 0, from: .searchStart, using: &generator) == .searchStart)
  }

  @Test("no trial copies another one, unless it failed; then it takes the best one's policy as it is")
  func copies() throws {
    let scores = [0.4, nil, 0.9, 0.1, 0.2, nil].enumerated().map {
      Score(trial: $0.offset, value: $0.element)
    }
    let decisions = try Exploit.decisions(
      comparing: scores,
      hyperparameters: Dictionary(uniqueKeysWithValues: (0..<6).map { ($0, beginning(trial: $0)) }),
      generation: 2, fraction: 0.25,
      generator: { RandomStream(seed: 4, domain: .exploit, trial: $0, epoch: 2) }, explorer: explorer)
    #expect(decisions.map(\.trial) == [1, 5])
    #expect(decisions.allSatisfy { $0.source == 2 && $0.explored == beginning(trial: 2) && !$0.explores })
    let alive = scores.filter { !$0.isFailed }
    for trial in [0, 2, 3, 4] {
      let decision = try Exploit<Policy>.decision(
        on: trial, among: alive, hyperparameters: { beginning(trial: $0) }, generation: 0, fraction: 0.5,
        generator: RandomStream(seed: 4, domain: .exploit), explorer: explorer)
      #expect(decision == nil)
    }
  }
}
