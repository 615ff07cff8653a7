import Augmentation
import PopulationBasedTraining
import Testing

@Suite("Parts of a population that evolve at different frequencies")
struct SubpopulationChoiceTests {
  private let choice = SubpopulationChoice(population: 16, frequencies: [1, 2, 4, 8])

  private func choices(
    _ values: [Double?], generation: Int, fraction: Double = 0.25, direction: Direction = .maximize,
    _ choice: SubpopulationChoice? = nil
  ) throws -> [Int: CopyChoice] {
    let ranking = try Ranking(
      values.enumerated().map { Score(trial: $0.offset, value: $0.element) }, generation: generation,
      fraction: fraction, direction: direction)
    var found: [Int: CopyChoice] = [:]
    for trial in values.indices {
      var generator = RandomStream(seed: 1, domain: .exploit, trial: trial)
      found[trial] = (choice ?? self.choice).choice(for: trial, in: ranking, using: &generator)
    }
    return found
  }

  /// Each part is better than the one before it, and within a part the higher trial.
  private let rising = (0..<16).map { Optional(Double($0) / 100) }

  @Test("sizes differ by one at most", arguments: [8, 9, 16, 17, 18, 19, 100], [2, 3, 4])
  func parts(population: Int, count: Int) {
    let choice = SubpopulationChoice(population: population, frequencies: Array([1, 2, 4, 8].prefix(count)))
    let parts = (0..<population).map(choice.part)
    #expect(parts == parts.sorted() && Set(parts) == Set(0..<count))
    let sizes = (0..<count).map { part in parts.count { $0 == part } }
    #expect((sizes.max() ?? 0) - (sizes.min() ?? 0) <= 1)
  }

  @Test("a part is compared at the multiples of its frequency", arguments: 0..<16)
  func frequencies(generation: Int) throws {
    let found = try choices(rising, generation: generation)
    for (part, frequency) in choice.frequencies.enumerated() {
      let isCompared = (generation + 1).isMultiple(of: frequency)
      // The lowest of a part copies its highest.
      #expect(found[4 * part] == (isCompared ? CopyChoice(source: 4 * part + 3) : nil))
      #expect(found[4 * part + 2] == nil && found[4 * part + 3] == nil)
      // The one above it takes the best of all others, where that is better.
      let migrates = isCompared && part < 3
      #expect((found[4 * part + 1] != nil) == migrates)
    }
  }

  @Test("hyperparameters come along from slower parts alone")
  func asymmetry() throws {
    // The best trial of all is in the second part.
    var values = rising
    values[6] = 0.9
    let found = try choices(values, generation: 7)
    #expect(found[1] == CopyChoice(source: 6, donor: 6, explores: false))
    #expect(found[9] == CopyChoice(source: 6, donor: 11, explores: false))
    #expect(found[13] == CopyChoice(source: 6, donor: 15, explores: false))
  }

  @Test("each of a part takes the next best, and none that is not better")
  func several() throws {
    let two = SubpopulationChoice(population: 16, frequencies: [1, 2])
    var values: [Double?] = [1, 2, 3, 6, 10, 11, 12, 13].map { $0 / 100 }
    values += [4, 5, 5, 5, 5, 5, 5, 7].map { $0 / 100 }
    // Two of each bracket: 2 and 3 may take over 15 and then one with 0.05, of which 3 needs none.
    let found = try choices(values, generation: 0, two)
    #expect(found[3] == CopyChoice(source: 15, donor: 15, explores: false))
    #expect(found[2] == CopyChoice(source: 14, donor: 14, explores: false))
    values[3] = 0.08
    let fewer = try choices(values, generation: 0, two)
    #expect(fewer[3] == nil)
    #expect(fewer[2] == CopyChoice(source: 15, donor: 15, explores: false))
  }

  @Test("a failed trial copies at once: of its own part, or of all where none of it is left")
  func failures() throws {
    var values = rising
    values[12] = nil
    #expect(try choices(values, generation: 0)[12] == CopyChoice(source: 15))
    for trial in 12..<16 { values[trial] = nil }
    let found = try choices(values, generation: 0)
    for trial in 12..<16 { #expect(found[trial] == CopyChoice(source: 11)) }
    // Nobody copies one that failed.
    #expect(found.values.allSatisfy { values[$0.source] != nil && values[$0.donor] != nil })
  }

  @Test("in the burn-in nobody is compared; of losses the lower is better")
  func others() throws {
    let none = try choices(rising, generation: 7, fraction: 0)
    #expect(none.isEmpty)
    let found = try choices(rising, generation: 0, direction: .minimize)
    #expect(found[3] == CopyChoice(source: 0))
    #expect(found[2] == nil)
  }
}
