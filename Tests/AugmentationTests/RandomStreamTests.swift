import Augmentation
import Testing

@Suite struct RandomStreamTests {
  struct KnownAnswer: Sendable {
    let counter: SIMD4<UInt32>
    let key: SIMD2<UInt32>
    let words: SIMD4<UInt32>
  }

  // The published vectors of Random123 for philox4x32 with 10 rounds.
  static let knownAnswers = [
    KnownAnswer(
      counter: SIMD4(repeating: 0), key: SIMD2(repeating: 0),
      words: SIMD4(0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8)),
    KnownAnswer(
      counter: SIMD4(repeating: .max), key: SIMD2(repeating: .max),
      words: SIMD4(0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd)),
    KnownAnswer(
      counter: SIMD4(0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344),
      key: SIMD2(0xa409_3822, 0x299f_31d0),
      words: SIMD4(0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1)),
  ]

  @Test(arguments: knownAnswers)
  func philoxGivesThePublishedWords(_ answer: KnownAnswer) {
    #expect(Philox4x32.block(counter: answer.counter, key: answer.key) == answer.words)
  }

  @Test func theStreamIsPhiloxOfItsCoordinates() {
    var stream = RandomStream(seed: 0x299f_31d0_a409_3822, domain: .exploit, trial: 5, epoch: 6, sample: 7)
    for block in UInt32(0)..<3 {
      let words = Philox4x32.block(
        counter: SIMD4(block | 3 << 24, 5, 6, 7), key: SIMD2(0xa409_3822, 0x299f_31d0))
      #expect(stream.next() == UInt64(words[0]) | UInt64(words[1]) << 32)
      #expect(stream.next() == UInt64(words[2]) | UInt64(words[3]) << 32)
    }
  }

  @Test func everyCoordinateChangesTheStream() {
    var streams = [
      RandomStream(seed: 1, domain: .augmentation, trial: 1, epoch: 1, sample: 1),
      RandomStream(seed: 2, domain: .augmentation, trial: 1, epoch: 1, sample: 1),
      RandomStream(seed: 1 << 40, domain: .augmentation, trial: 1, epoch: 1, sample: 1),
      RandomStream(seed: 1, domain: .permutation, trial: 1, epoch: 1, sample: 1),
      RandomStream(seed: 1, domain: .augmentation, trial: 2, epoch: 1, sample: 1),
      RandomStream(seed: 1, domain: .augmentation, trial: 1, epoch: 2, sample: 1),
      RandomStream(seed: 1, domain: .augmentation, trial: 1, epoch: 1, sample: 2),
    ]
    let first = streams.indices.map { streams[$0].next() }
    #expect(Set(first).count == first.count)
  }

  @Test func uniformNumbersFillTheUnitInterval() {
    var stream = RandomStream(seed: 11, domain: .preview)
    let numbers = (0..<20_000).map { _ in stream.uniform() }
    #expect(numbers.allSatisfy { $0 >= 0 && $0 < 1 })
    let mean = numbers.reduce(0, +) / 20_000
    let square = numbers.reduce(0) { $0 + $1 * $1 } / 20_000
    // Standard errors: 0.002 and 0.0021.
    #expect(abs(mean - 0.5) < 0.01)
    #expect(abs(square - 1.0 / 3) < 0.01)
  }

  @Test(arguments: [1, 2, 3, 7, 10, 256])
  func boundedNumbersAreUniform(bound: Int) {
    var stream = RandomStream(seed: 12, domain: .preview, trial: bound)
    var counts = Array(repeating: 0, count: bound)
    let draws = 2000 * bound
    for _ in 0..<draws { counts[stream.uniform(below: bound)] += 1 }
    let chiSquare = counts.reduce(0.0) { $0 + (Double($1) - 2000) * (Double($1) - 2000) / 2000 }
    // Mean bound - 1, variance 2 (bound - 1): five standard deviations.
    let freedom = Double(bound - 1)
    #expect(chiSquare <= freedom + 5 * (2 * freedom).squareRoot())
  }

  @Test func aLargeBoundIsNotBiased() {
    // Two thirds of the 63-bit range: a plain remainder would favour its lower half.
    let bound = Int.max / 3 * 2
    var stream = RandomStream(seed: 13, domain: .preview)
    let low = (0..<10_000).count { _ in stream.uniform(below: bound) < bound / 2 }
    #expect(abs(low - 5000) < 250)
  }

  @Test func permutationsHoldEveryNumberOnce() {
    for size in [0, 1, 2, 17, 1000] {
      var stream = RandomStream(seed: 14, domain: .permutation, epoch: size)
      #expect(stream.permutation(size).sorted() == Array(0..<size))
    }
  }

  @Test func allPermutationsAreEquallyLikely() {
    var stream = RandomStream(seed: 15, domain: .permutation)
    var counts: [[Int]: Int] = [:]
    for _ in 0..<12_000 { counts[stream.permutation(4), default: 0] += 1 }
    #expect(counts.count == 24)
    // Mean 500, standard deviation 21.9.
    #expect(counts.values.allSatisfy { abs($0 - 500) < 110 })
  }
}
