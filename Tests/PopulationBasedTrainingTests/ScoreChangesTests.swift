import PopulationBasedTraining
import Testing

/// Every expected number is computed by hand beside it.
@Suite("how much each segment changed the score")
struct ScoreChangesTests {
  /// A segment of three epochs; the hyperparameters are a name.
  private func observed(
    _ name: String, trial: Int, generation: Int, _ value: Double?, parent: Int? = nil,
    parentGeneration: Int? = nil
  ) -> Observation<String> {
    observed(
      name, trial: trial, generation: generation, epochs: 3 * generation..<3 * generation + 3, value,
      parent: parent, parentGeneration: parentGeneration)
  }

  private func observed(
    _ name: String, trial: Int, generation: Int, epochs: Range<Int>, _ value: Double?, parent: Int? = nil,
    parentGeneration: Int? = nil
  ) -> Observation<String> {
    Observation(
      segment: TrialSegment(
        trial: trial, generation: generation, startEpoch: epochs.lowerBound, endEpoch: epochs.upperBound,
        parent: parent, parentGeneration: parentGeneration, hyperparameters: name), value: value)
  }

  /// Three trials that keep their states over two generations.
  ///
  /// The first generation changes by 1, 2 and 3, less the mean: -1, 0, 1. The second one changes by 4, 1 and 1, less the mean:
  /// 2, -1, -1; what stood before it is 1, 2 and 3, less the mean: -1, 0, 1.
  private var twoGenerations: [Observation<String>] {
    [
      observed("a", trial: 0, generation: 0, 1), observed("b", trial: 1, generation: 0, 2),
      observed("c", trial: 2, generation: 0, 3), observed("d", trial: 0, generation: 1, 5),
      observed("e", trial: 1, generation: 1, 3), observed("f", trial: 2, generation: 1, 4),
    ]
  }

  private func check(
    _ changes: ScoreChanges<String>, _ expected: [(name: String, time: Int, value: Double)],
    at place: SourceLocation = #_sourceLocation
  ) {
    let found = changes.standardised
    #expect(found.map(\.hyperparameters) == expected.map(\.name), sourceLocation: place)
    #expect(found.map(\.time) == expected.map(\.time), sourceLocation: place)
    for (change, wanted) in zip(found, expected) {
      #expect(abs(change.value - wanted.value) < 1e-12, "\(wanted.name)", sourceLocation: place)
    }
  }

  @Test("a change is compared with the mean of the same epochs, and divided by the deviation")
  func meanOfTheGroup() {
    let first = Array(twoGenerations.prefix(3))
    // The mean square of -1, 0 and 1 is 2/3.
    let unit = 1.5.squareRoot()
    check(
      ScoreChanges(first, direction: .maximize, newest: 3), [("a", 0, -unit), ("b", 0, 0), ("c", 0, unit)])
    check(
      ScoreChanges(first, direction: .minimize, newest: 3), [("a", 0, unit), ("b", 0, 0), ("c", 0, -unit)])
  }

  @Test("what the standing before it explains is taken out")
  func slope() {
    // The slope of the second generation is (2 · -1 + -1 · 0 + -1 · 1) / (1 + 0 + 1) = -1.5. What it leaves is
    // 2 - 1.5 = 0.5, -1, -1 + 1.5 = 0.5, whose mean square is (0.25 + 1 + 0.25) / 3 = 0.5.
    let half = 0.5.squareRoot()
    check(
      ScoreChanges(twoGenerations, direction: .maximize, newest: 3),
      [("d", 1, half), ("e", 1, -2 * half), ("f", 1, half)])
    // The first generation has nothing before it and leaves the slope as it is. The mean square of -1, 0, 1, 0.5, -1, 0.5
    // is 3.5 / 6.
    let deviation = (3.5 / 6).squareRoot()
    check(
      ScoreChanges(twoGenerations, direction: .maximize, newest: 9),
      [
        ("a", 0, -1 / deviation), ("b", 0, 0), ("c", 0, 1 / deviation), ("d", 1, 0.5 / deviation),
        ("e", 1, -1 / deviation), ("f", 1, 0.5 / deviation),
      ])
  }

  @Test("the mean is that of the whole group, also where the newest are a part of it")
  func cutGroup() {
    // Of the second generation -1, -1 are left, and 0, 1 before them. The slope is -1, what it leaves -1, 0, and the mean
    // square of this 0.5: the mean is not 0.
    check(
      ScoreChanges(twoGenerations, direction: .maximize, newest: 2),
      [("e", 1, -2.0.squareRoot()), ("f", 1, 0)])
  }

  @Test("a copy is counted from its parent's score")
  func parents() {
    let copies = [
      // From trial 2 of the generation before: 7 - 3 = 4. From a state of two generations ago: 3 - 2 = 1.
      observed("d", trial: 0, generation: 1, 7, parent: 2),
      observed("e", trial: 1, generation: 1, epochs: 3..<6, 3, parent: 1, parentGeneration: 0),
      observed("f", trial: 2, generation: 1, 4),
    ]
    // The changes 4, 1, 1 have the mean 2. Before them stood 3, 2, 3, less the mean: 1/3, -2/3, 1/3. The slope is
    // (2/3 + 2/3 - 1/3) / (1/9 + 4/9 + 1/9) = 1.5, what it leaves 1.5, 0, -1.5, and the mean square of this 1.5.
    let unit = 1.5.squareRoot()
    check(
      ScoreChanges(twoGenerations.prefix(3) + copies, direction: .maximize, newest: 3),
      [("d", 1, unit), ("e", 1, 0), ("f", 1, -unit)])
  }

  @Test("where the parent or the segment has failed, or the parent is not recorded, there is no change")
  func missingParents() {
    let more = [
      observed("g", trial: 3, generation: 0, nil), observed("h", trial: 3, generation: 1, 90),
      observed("i", trial: 4, generation: 1, 90, parent: 3), observed("j", trial: 5, generation: 1, 90),
      observed("k", trial: 6, generation: 1, 90, parent: 0, parentGeneration: 7),
      observed("l", trial: 0, generation: 2, nil), observed("m", trial: 0, generation: 3, 90),
    ]
    // The means are those without them.
    let half = 0.5.squareRoot()
    check(
      ScoreChanges(twoGenerations + more, direction: .maximize, newest: 3),
      [("d", 1, half), ("e", 1, -2 * half), ("f", 1, half)])
  }

  @Test("time is counted in steps of the longest segment, failed ones included")
  func times() {
    let changes = ScoreChanges(
      [
        observed("a", trial: 0, generation: 0, epochs: 0..<2, 1),
        observed("b", trial: 0, generation: 1, epochs: 2..<6, 2),
        observed("c", trial: 1, generation: 0, epochs: 0..<4, nil),
        observed("d", trial: 0, generation: 2, epochs: 6..<9, 3),
        observed("e", trial: 2, generation: 0, epochs: 0..<5, nil),
      ], direction: .maximize, newest: 9)
    #expect(changes.standardised.map(\.time) == [0, 0, 1])
    // The last segments ended after 9, 4 and 5 epochs; of trial 7 there is none.
    #expect([0, 1, 2, 7].map { changes.time(after: $0) } == [1, 0, 1, 0])
  }

  @Test("changes that are all the same are 0, and without observations there are none")
  func nothing() {
    let same = (0..<3).map { observed("a", trial: $0, generation: 0, 0.5) }
    check(
      ScoreChanges(same, direction: .maximize, newest: 9), [("a", 0, 0), ("a", 0, 0), ("a", 0, 0)])
    let empty = ScoreChanges<String>([], direction: .maximize, newest: 9)
    #expect(empty.standardised.isEmpty && empty.time(after: 0) == 0)
    check(ScoreChanges(twoGenerations, direction: .maximize, newest: 0), [])
  }
}
