import Augmentation
import PopulationBasedTraining
import Testing

@Suite("Bounded integers")
struct BoundedIntegerTests {
  @Test("every value of a small range is equally likely", arguments: [2, 3, 10, 11])
  func uniformity(bound: Int) {
    var generator = RandomStream(seed: 11, domain: .explore)
    let draws = 200_000
    var counts = [Int](repeating: 0, count: bound)
    for _ in 0..<draws { counts[generator.boundedInteger(below: bound)] += 1 }
    let share = 1 / Double(bound)
    let sigma = (Double(draws) * share * (1 - share)).squareRoot()
    for count in counts { #expect(abs(Double(count) - Double(draws) * share) < 5 * sigma) }
  }

  @Test("a draw that would favour low values is rejected and made again")
  func rejection() {
    // 2^64 mod 3 is 1, so a product whose low half is 0 is the one too many: the word 0 gives it.
    var generator = Words([0, .max])
    #expect(generator.boundedInteger(below: 3) == 2)
    #expect(generator.used == 2)
  }

  @Test("a bound of one or less gives zero and draws nothing", arguments: [1, 0, -5, Int.min])
  func emptyRange(bound: Int) {
    var generator = Words([])
    #expect(generator.boundedInteger(below: bound) == 0)
    #expect(generator.used == 0)
  }

  @Test("the largest bound stays within range")
  func largestBound() {
    var generator = Words([.max, .max - 1])
    let value = generator.boundedInteger(below: .max)
    #expect(value >= 0 && value < .max)
  }
}

/// Gives fixed words, then zeros.
struct Words: RandomNumberGenerator {
  private let words: [UInt64]
  private(set) var used = 0

  init(_ words: [UInt64]) { self.words = words }

  mutating func next() -> UInt64 {
    defer { used += 1 }
    return used < words.count ? words[used] : 0
  }
}
