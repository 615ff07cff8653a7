import Augmentation
import PopulationBasedTraining
import Testing

@Suite("Lineage")
struct LineageTests {
  @Test("a schedule sums to the epochs trained, for random histories", arguments: UInt64(0)..<40)
  func sums(seed: UInt64) throws {
    let search = try SimulatedSearch(seed: seed)
    for trial in 0..<search.population {
      let steps = try lineage(of: trial, in: search.history)
      #expect(steps.reduce(0) { $0 + $1.epochs } == search.epochs)
      #expect(steps.allSatisfy { $0.epochs > 0 })
      #expect(zip(steps, steps.dropFirst()).allSatisfy { $0.hyperparameters != $1.hyperparameters })
      #expect(
        steps.flatMap { [Int](repeating: $0.hyperparameters, count: $0.epochs) } == search.diaries[trial])
    }
  }

  @Test("a schedule can be taken at an earlier generation", arguments: UInt64(0)..<10)
  func earlier(seed: UInt64) throws {
    let search = try SimulatedSearch(seed: seed)
    for segment in search.history {
      let steps = try lineage(of: segment.trial, through: segment.generation, in: search.history)
      #expect(steps.reduce(0) { $0 + $1.epochs } == segment.endEpoch)
      #expect(steps.last?.hyperparameters == segment.hyperparameters)
    }
  }

  @Test("the order of the history does not matter")
  func order() throws {
    let search = try SimulatedSearch(seed: 5)
    for trial in 0..<search.population {
      #expect(
        try ancestry(of: trial, in: search.history) == ancestry(of: trial, in: search.history.reversed()))
    }
  }

  @Test("an ancestry crosses to the trial that was copied")
  func crossing() throws {
    let history = [
      segment(0, 0, 0, 3, "zero"), segment(1, 0, 0, 3, "zero"),
      segment(0, 1, 3, 6, "zero"), segment(1, 1, 3, 6, parent: 0, "a"),
      segment(0, 2, 6, 8, parent: 1, "b"), segment(1, 2, 6, 8, parent: 1, "a"),
    ]
    #expect(try ancestry(of: 0, in: history).map(\.trial) == [0, 1, 0])
    #expect(
      try lineage(of: 0, in: history) == [
        LineageStep(epochs: 3, hyperparameters: "zero"), LineageStep(epochs: 3, hyperparameters: "a"),
        LineageStep(epochs: 2, hyperparameters: "b"),
      ])
    #expect(
      try lineage(of: 1, in: history) == [
        LineageStep(epochs: 3, hyperparameters: "zero"), LineageStep(epochs: 5, hyperparameters: "a"),
      ])
  }

  @Test("a parent may be of any generation, and no history is followed without end")
  func parentGenerations() throws {
    let history = [
      segment(0, 0, 0, 3, "zero"), segment(1, 0, 0, 3, "one"), segment(1, 1, 3, 6, "one"),
      segment(1, 2, 6, 9, "one"), segment(0, 1, 9, 12, parent: 1, parentGeneration: 2, "a"),
      segment(1, 3, 3, 6, parent: 0, parentGeneration: 0, "b"),
    ]
    #expect(
      try lineage(of: 0, in: history) == [
        LineageStep(epochs: 9, hyperparameters: "one"), LineageStep(epochs: 3, hyperparameters: "a"),
      ])
    #expect(
      try lineage(of: 1, in: history) == [
        LineageStep(epochs: 3, hyperparameters: "zero"), LineageStep(epochs: 3, hyperparameters: "b"),
      ])
    let circle = [
      segment(0, 1, 3, 3, parent: 1, parentGeneration: 1, "a"),
      segment(1, 1, 3, 3, parent: 0, parentGeneration: 1, "b"),
    ]
    #expect(throws: PopulationError.missingSegment(trial: 0, generation: 1)) {
      try lineage(of: 0, in: circle)
    }
  }

  @Test("a history that does not fit together is an error")
  func broken() {
    func check(_ expected: PopulationError, _ history: [TrialSegment<String>]) {
      #expect(throws: expected) { try lineage(of: 0, in: history) }
    }
    check(.missingSegment(trial: 0, generation: 0), [])
    check(.missingSegment(trial: 4, generation: 0), [segment(0, 1, 3, 6, parent: 4, "a")])
    check(.missingSegment(trial: 0, generation: -1), [segment(0, 0, 3, 6, "a")])
    check(
      .brokenLineage(trial: 0, generation: 1, start: 4, parent: 0, parentEnd: 3),
      [segment(0, 0, 0, 3, "a"), segment(0, 1, 4, 6, "a")])
    check(
      .repeatedSegment(trial: 0, generation: 0), [segment(0, 0, 0, 3, "a"), segment(0, 0, 0, 3, "a")])
    check(.impossibleEpochs(trial: 0, generation: 0, start: 0, end: -1), [segment(0, 0, 0, -1, "a")])
    check(.impossibleEpochs(trial: 0, generation: 0, start: -3, end: 0), [segment(0, 0, -3, 0, "a")])
  }
}

private func segment(
  _ trial: Int, _ generation: Int, _ start: Int, _ end: Int, parent: Int? = nil, parentGeneration: Int? = nil,
  _ name: String
) -> TrialSegment<String> {
  TrialSegment(
    trial: trial, generation: generation, startEpoch: start, endEpoch: end, parent: parent,
    parentGeneration: parentGeneration, hyperparameters: name)
}

/// A random search that keeps, besides the journal, a diary of every epoch that each trial's weights saw.
private struct SimulatedSearch {
  var history: [TrialSegment<Int>] = []
  var diaries: [[Int]]
  let population: Int
  let epochs: Int

  init(seed: UInt64) throws {
    var generator = RandomStream(seed: seed, domain: .permutation)
    population = 2 + generator.boundedInteger(below: 15)
    epochs = 1 + generator.boundedInteger(below: 40)
    let interval = 1 + generator.boundedInteger(below: 7)
    diaries = [[Int]](repeating: [], count: population)
    var hyperparameters = [Int](repeating: 0, count: population)
    var parents = [Int?](repeating: nil, count: population)
    for (generation, start) in stride(from: 0, to: epochs, by: interval).enumerated() {
      let end = min(start + interval, epochs)
      for trial in 0..<population {
        history.append(
          TrialSegment(
            trial: trial, generation: generation, startEpoch: start, endEpoch: end,
            parent: parents[trial], hyperparameters: hyperparameters[trial]))
        diaries[trial] += [Int](repeating: hyperparameters[trial], count: end - start)
        parents[trial] = nil
      }
      // What is trained is not compared any more: nothing would follow from it.
      guard end < epochs else { break }
      var scores = (0..<population).map { trial in
        Score(trial: trial, value: generator.boundedInteger(below: 8) == 0 ? nil : generator.uniform())
      }
      scores[0] = Score(trial: 0, value: generator.uniform())
      let before = diaries
      let current = Dictionary(uniqueKeysWithValues: hyperparameters.enumerated().map { ($0, $1) })
      let decisions = try Exploit.decisions(
        comparing: scores, hyperparameters: current, generation: generation, fraction: 0.25,
        generator: { RandomStream(seed: seed, domain: .exploit, trial: $0, epoch: generation) },
        explorer: Increment())
      for decision in decisions {
        parents[decision.trial] = decision.source
        hyperparameters[decision.trial] = decision.explored
        diaries[decision.trial] = before[decision.source]
      }
    }
  }
}
