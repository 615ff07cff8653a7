import Augmentation
import PopulationBasedTraining
import Testing

@Suite("Deciding on one trial")
struct DecideTests {
  @Test("the bottom copies the top, the others go on", arguments: UInt64(0)..<50)
  func quantile(seed: UInt64) throws {
    var random = RandomStream(seed: seed, domain: .policyDraw)
    let count = 2 + random.boundedInteger(below: 30)
    let scores = (0..<count).map { Score(trial: $0, value: random.uniform()) }
    let ranked = scores.sorted { ($0.value ?? 0) < ($1.value ?? 0) }.map(\.trial)
    let size = min((count + 3) / 4, count / 2)
    for trial in 0..<count {
      let decision = try decide(trial, scores, seed: seed)
      #expect((decision != nil) == ranked.prefix(size).contains(trial))
      guard let decision else { continue }
      #expect(ranked.suffix(size).contains(decision.source))
      #expect(decision.trial == trial && decision.generation == 3)
      #expect(decision.previous == "h\(decision.source)")
      #expect(decision.explored.hasPrefix(decision.previous + "+"))
    }
  }

  @Test("comparing all at once decides on each as comparing it alone", arguments: UInt64(0)..<20)
  func together(seed: UInt64) throws {
    var random = RandomStream(seed: seed, domain: .policyDraw)
    let scores = (0..<16).map {
      Score(trial: $0, value: random.boundedInteger(below: 5) == 0 ? nil : random.uniform())
    }
    let names = Dictionary(uniqueKeysWithValues: (0..<16).map { ($0, "h\($0)") })
    let together = try Exploit.decisions(
      comparing: scores, hyperparameters: names, generation: 3, fraction: 0.25,
      generator: { RandomStream(seed: seed, domain: .exploit, trial: $0, epoch: 3) }, explorer: Renaming())
    let alone = try (0..<16).compactMap { try decide($0, scores, seed: seed) }
    #expect(together == alone)
  }

  @Test("a failed trial copies the best elsewhere where its own comparison has none")
  func failed() throws {
    let own = [Score(trial: 0, value: nil), Score(trial: 1, value: nil)]
    #expect(try decide(0, own, seed: 1) == nil)
    let others = [Score(trial: 2, value: 0.3), Score(trial: 3, value: 0.6), Score(trial: 4, value: nil)]
    #expect(try decide(0, own, or: others, seed: 1)?.source == 3)
    let rivals = own + [Score(trial: 5, value: 0.1)]
    #expect(try decide(0, rivals, or: others, seed: 1)?.source == 5)
  }

  @Test("a trial that did not fail never copies from outside its comparison")
  func alone() throws {
    let others = [Score(trial: 2, value: 0.9)]
    #expect(try decide(0, [Score(trial: 0, value: 0.1)], or: others, seed: 1) == nil)
  }

  @Test("scores and hyperparameters must fit together")
  func mismatches() {
    let twice = [Score(trial: 2, value: 0.1), Score(trial: 2, value: 0.3)]
    #expect(throws: PopulationError.repeatedTrial(2)) { try decide(2, twice, seed: 0) }
    #expect(throws: PopulationError.missingHyperparameters(trial: 1)) {
      try Exploit.decision(
        on: 0, among: [Score(trial: 0, value: 0.1), Score(trial: 1, value: 0.3)],
        hyperparameters: { _ -> String? in nil }, generation: 0, fraction: 0.5,
        generator: RandomStream(seed: 0, domain: .exploit), explorer: Renaming())
    }
  }
}

private func decide(
  _ trial: Int, _ scores: [Score], or others: [Score] = [], seed: UInt64
) throws -> Exploit<String>? {
  try Exploit.decision(
    on: trial, among: scores, or: others, hyperparameters: { "h\($0)" }, generation: 3, fraction: 0.25,
    generator: RandomStream(seed: seed, domain: .exploit, trial: trial, epoch: 3), explorer: Renaming())
}
