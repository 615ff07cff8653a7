import Augmentation
import PopulationBasedTraining
import Testing

@Suite("Comparing a population")
struct CompareTests {
  @Test("the bottom copies the top, and only the bottom", arguments: UInt64(0)..<50)
  func replaced(seed: UInt64) throws {
    var generator = RandomStream(seed: seed, domain: .policyDraw)
    let count = 2 + generator.boundedInteger(below: 30)
    let scores = (0..<count).map { trial in
      Score(trial: trial, value: generator.boundedInteger(below: 5) == 0 ? nil : generator.uniform())
    }
    guard scores.contains(where: { !$0.isFailed }) else { return }
    let decisions = try decide(scores, seed: seed)
    let ends = quantiles(of: scores, fraction: 0.25)
    let failed = Set(scores.filter(\.isFailed).map(\.trial))
    #expect(decisions.map(\.trial) == failed.union(ends.bottom).sorted())
    for decision in decisions {
      #expect(!failed.contains(decision.source))
      #expect(!ends.bottom.contains(decision.source))
      if !ends.top.isEmpty { #expect(ends.top.contains(decision.source)) }
      #expect(decision.generation == 3)
      #expect(decision.previous == "h\(decision.source)")
      #expect(decision.explored.hasPrefix(decision.previous + "+"))
    }
  }

  @Test("a trial's decision does not depend on the order of the scores")
  func order() throws {
    let scores = (0..<16).map { Score(trial: $0, value: Double(($0 * 5) % 16)) }
    #expect(try decide(scores, seed: 4) == decide(scores.reversed(), seed: 4))
  }

  @Test("each trial of the top is copied equally often")
  func uniformSource() throws {
    let scores = (0..<16).map { Score(trial: $0, value: Double($0)) }
    var counts: [Int: Int] = [:]
    let rounds = 10_000
    for round in 0..<rounds {
      for decision in try decide(scores, seed: UInt64(round)) { counts[decision.source, default: 0] += 1 }
    }
    #expect(Set(counts.keys) == [12, 13, 14, 15])
    let draws = Double(4 * rounds)
    let sigma = (draws * 0.25 * 0.75).squareRoot()
    for count in counts.values { #expect(abs(Double(count) - draws / 4) < 5 * sigma) }
  }

  @Test("a copy between trials of one score is marked")
  func equals() throws {
    for decision in try decide((0..<8).map { Score(trial: $0, value: 0.5) }, seed: 1) {
      #expect(decision.isBetweenEquals)
    }
    for decision in try decide((0..<8).map { Score(trial: $0, value: Double($0)) }, seed: 1) {
      #expect(!decision.isBetweenEquals)
    }
  }

  @Test("failures beyond the bottom quantile are replaced as well")
  func manyFailures() throws {
    let scores = (0..<8).map { Score(trial: $0, value: $0 == 3 ? 0.4 : nil) }
    let decisions = try decide(scores, seed: 0)
    #expect(decisions.map(\.trial) == [0, 1, 2, 4, 5, 6, 7])
    #expect(decisions.allSatisfy { $0.source == 3 })
  }

  @Test("without quantiles a failed trial copies the best")
  func noQuantiles() throws {
    let scores = [Score(trial: 0, value: nil), Score(trial: 1, value: 0.2), Score(trial: 2, value: 0.7)]
    let decisions = try decide(scores, seed: 1, fraction: 0)
    #expect(decisions.map(\.trial) == [0])
    #expect(decisions.map(\.source) == [2])
  }

  @Test("a population of one or none has nothing to copy")
  func tiny() throws {
    #expect(try decide([], seed: 0).isEmpty)
    #expect(try decide([Score(trial: 0, value: 0.1)], seed: 0).isEmpty)
  }

  @Test("a population that failed as a whole is an error", arguments: [1, 2, 16])
  func everyTrialFailed(count: Int) {
    let scores = (0..<count).map { Score(trial: $0, value: nil) }
    #expect(throws: PopulationError.everyTrialFailed(generation: 3, trials: count)) {
      try decide(scores, seed: 0)
    }
  }

  @Test("scores and hyperparameters must fit together")
  func mismatches() {
    let twice = [Score(trial: 2, value: 0.1), Score(trial: 2, value: 0.3)]
    #expect(throws: PopulationError.repeatedTrial(2)) { try decide(twice, seed: 0) }
    #expect(throws: PopulationError.missingHyperparameters(trial: 1)) {
      try Exploit.decisions(
        comparing: [Score(trial: 0, value: 0.1), Score(trial: 1, value: 0.3)], hyperparameters: [0: 5],
        generation: 0, fraction: 0.5, generator: { RandomStream(seed: 0, domain: .exploit, trial: $0) },
        explorer: Increment())
    }
  }

  @Test("an explorer can read the whole history; an error of reading it is thrown")
  func history() throws {
    let scores = (0..<4).map { Score(trial: $0, value: Double($0)) }
    let history = [("a", 0.2), ("b", 0.9), ("c", nil as Double?)].enumerated().map { index, entry in
      Observation(
        segment: TrialSegment(
          trial: index, generation: 0, startEpoch: 0, endEpoch: 3, hyperparameters: entry.0),
        value: entry.1)
    }
    func compared(_ history: @escaping () throws -> [Observation<String>]) throws -> [Exploit<String>] {
      try Exploit.decisions(
        comparing: scores, hyperparameters: [0: "h0", 1: "h1", 2: "h2", 3: "h3"], generation: 1, fraction: 0.25,
        generator: { RandomStream(seed: 1, domain: .exploit, trial: $0) }, explorer: BestSoFar(),
        history: history)
    }
    #expect(try compared { history }.map(\.explored) == ["b"])
    #expect(throws: PopulationError.repeatedTrial(7)) {
      try compared { throw PopulationError.repeatedTrial(7) }
    }
  }
}

private func decide(
  _ scores: [Score], seed: UInt64, fraction: Double = 0.25
) throws -> [Exploit<String>] {
  try Exploit.decisions(
    comparing: scores,
    hyperparameters: Dictionary(scores.map { ($0.trial, "h\($0.trial)") }, uniquingKeysWith: { a, _ in a }),
    generation: 3, fraction: fraction,
    generator: { RandomStream(seed: seed, domain: .exploit, trial: $0, epoch: 3) },
    explorer: Renaming())
}
