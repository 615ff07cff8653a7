import Augmentation
import Foundation
import PopulationBasedTraining
import Testing

@Suite("PB2's model and what it chooses")
struct PopulationBanditTests {
  private typealias Point = TimeVaryingProcess.Point

  /// Two numbers, of which the first alone matters.
  private static let ranges = [0...10, 0...9]

  private func score(_ numbers: [Int], best: Int) -> Double {
    let distance = Double(numbers[0] - best) / 10
    return 1 - distance * distance
  }

  /// A search of trials that each keep their state, where every interval adds what the score says.
  private func history(
    generations: Int, population: Int = 12, best: (Int) -> Int, noise: Double = 0.02, sign: Double = 1
  ) -> [Observation<[Int]>] {
    var random = RandomStream(seed: 8, domain: .preview)
    var reached = [Double](repeating: 0, count: population)
    var observations: [Observation<[Int]>] = []
    for generation in 0..<generations {
      for trial in 0..<population {
        let numbers = Self.ranges.map { random.uniform(below: $0.count) }
        reached[trial] += score(numbers, best: best(generation)) / 10
        observations.append(
          Observation(
            segment: TrialSegment(
              trial: trial, generation: generation, startEpoch: 3 * generation, endEpoch: 3 * generation + 3,
              hyperparameters: numbers),
            value: sign * (reached[trial] + noise * (random.uniform() - 0.5))))
      }
    }
    return observations
  }

  private func explored(
    _ history: [Observation<[Int]>], underway: [[Int]] = [], direction: Direction = .maximize,
    seed: UInt64 = 1
  ) throws -> [Int] {
    var generator = RandomStream(seed: seed, domain: .exploit)
    return try PopulationBandit(ranges: Self.ranges).explore(
      Exploration(
        trial: 1, source: 0, generation: 9, copied: [5, 5], direction: direction, history: { history },
        underway: { underway }), using: &generator)
  }

  @Test("a process is nearest to what was observed there, and less certain elsewhere and later")
  func process() {
    let places = (0..<20).map { Double($0) / 19 }
    let values = places.map { 2 * ($0 - 0.5) }
    var process = TimeVaryingProcess(
      points: places.map { Point(place: [$0], time: 4) }, values: values, room: 1)
    let here = process.prediction(at: Point(place: [0.9], time: 4))
    #expect(here.mean > 0.4)
    #expect(process.prediction(at: Point(place: [0.1], time: 4)).mean < -0.4)
    let later = process.prediction(at: Point(place: [0.9], time: 40))
    #expect(later.deviation > here.deviation)
    #expect(abs(later.mean) < here.mean)
    // A point that is expected makes its surroundings certain and moves no mean.
    let future = Point(place: [0.9], time: 40)
    process.expect(future)
    let expected = process.prediction(at: future)
    #expect(expected.mean == later.mean && expected.deviation < later.deviation)
  }

  @Test("what improved trials most is chosen, for scores and for losses", arguments: [1, 5, 9])
  func best(best: Int) throws {
    let gains = history(generations: 6, best: { _ in best })
    let losses = history(generations: 6, best: { _ in best }, sign: -1)
    for seed in 0..<4 as Range<UInt64> {
      #expect(abs(try explored(gains, seed: seed)[0] - best) <= 2)
      #expect(abs(try explored(losses, direction: .minimize, seed: seed)[0] - best) <= 2)
    }
  }

  @Test("what was best long ago is forgotten")
  func drift() throws {
    let drifting = history(generations: 16, best: { $0 < 8 ? 1 : 9 })
    for seed in 0..<4 as Range<UInt64> { #expect(try explored(drifting, seed: seed)[0] >= 7) }
  }

  @Test("trials of one comparison choose different points")
  func batch() throws {
    let seen = history(generations: 2, population: 4, best: { _ in 5 }, noise: 1)
    // The random numbers are the same: what differs is what the others train with.
    let first = try explored(seen)
    let crowd = [[Int]](repeating: first, count: 3)
    #expect(try explored(seen, underway: crowd) != first)
    #expect(try explored(seen) == first)
  }

  @Test("the same request gives the same numbers, all of them valid")
  func repeated() throws {
    let seen = history(generations: 20, best: { _ in 5 })
    let first = try explored(seen, underway: [[3, 3]])
    #expect(try explored(seen, underway: [[3, 3]]) == first)
    #expect(zip(first, Self.ranges).allSatisfy { $1.contains($0) })
  }

  @Test("what is older than the window changes nothing, what is in it does")
  func window() throws {
    let population = 12
    let seen = history(generations: 20, population: population, best: { $0 < 8 ? 0 : 5 })
    let first = try explored(seen)
    // The first observations of the window belong to a generation that it cuts. Their changes are compared with those of
    // all that generation, and are counted from the generation before it.
    let cut = (seen.count - PopulationBandit.window) / population
    #expect(cut > 1 && !(seen.count - PopulationBandit.window).isMultiple(of: population))
    func changed(_ generations: Range<Int>) -> [Observation<[Int]>] {
      seen.map { observation in
        guard generations.contains(observation.segment.generation) else { return observation }
        return Observation(
          segment: TrialSegment(
            trial: observation.segment.trial, generation: observation.segment.generation,
            startEpoch: observation.segment.startEpoch, endEpoch: observation.segment.endEpoch,
            hyperparameters: [10 - observation.segment.hyperparameters[0], 0]),
          value: observation.value.map { -3 * $0 })
      }
    }
    #expect(try explored(changed(0..<cut - 1)) == first)
    #expect(try explored(changed(cut + 1..<20)) != first)
    // Neither does a generation that has failed long ago.
    let failed = seen.prefix(population).map { Observation(segment: $0.segment, value: nil) }
    #expect(try explored(failed + seen.dropFirst(population)) == first)
  }

  @Test("failed trials are left out, and an empty history keeps what was copied")
  func failures() throws {
    let seen = history(generations: 3, best: { _ in 9 })
    let some = seen.enumerated().map { index, observation in
      index.isMultiple(of: 5) ? Observation(segment: observation.segment, value: nil) : observation
    }
    #expect(abs(try explored(some)[0] - 9) <= 3)
    #expect(try explored([]) == [5, 5])
    #expect(try explored(seen.map { Observation(segment: $0.segment, value: nil) }) == [5, 5])
  }

  @Test("a search of a thousand observations is decided on within a second")
  func cost() throws {
    let ranges = (0..<60).map { $0.isMultiple(of: 2) ? 0...10 : 0...9 }
    let bandit = PopulationBandit(ranges: ranges)
    var random = RandomStream(seed: 3, domain: .preview)
    let observations = (0..<66 * 16).map { index in
      Observation(
        segment: TrialSegment(
          trial: index % 16, generation: index / 16, startEpoch: index / 16 * 3, endEpoch: index / 16 * 3 + 3,
          hyperparameters: bandit.beginning(of: 0, from: [], using: &random)), value: random.uniform())
    }
    let copied = observations[0].segment.hyperparameters
    let began = clock()
    let numbers = try bandit.explore(
      Exploration(
        trial: 1, source: 2, generation: 65, copied: copied, history: { observations },
        underway: { observations.suffix(15).map(\.segment.hyperparameters) }), using: &random)
    #expect(zip(numbers, ranges).allSatisfy { $1.contains($0) })
    // Time of the processor, a tenth of which is usual.
    #expect(Double(clock() - began) / Double(CLOCKS_PER_SEC) < 1)
  }
}
