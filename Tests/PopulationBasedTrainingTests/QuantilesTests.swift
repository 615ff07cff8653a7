import Augmentation
import Foundation
import PopulationBasedTraining
import Testing

@Suite("Quantiles")
struct QuantilesTests {
  @Test("both ends hold ceil(n · fraction) trials and never overlap", arguments: 0...64)
  func sizes(count: Int) {
    // As exact ratios, so that the expected size is integer arithmetic.
    for (numerator, denominator) in [(1, 4), (1, 10), (1, 5), (1, 3), (7, 100), (2, 5), (1, 2), (1, 100)] {
      var generator = RandomStream(seed: UInt64(count), domain: .exploit)
      let scores = (0..<count).map { Score(trial: $0, value: generator.uniform()) }
      let ends = quantiles(of: scores, fraction: Double(numerator) / Double(denominator))
      let rounded = (count * numerator + denominator - 1) / denominator
      let expected = count < 2 ? 0 : min(rounded, count / 2)
      #expect(ends.bottom.count == expected, "\(numerator)/\(denominator)")
      #expect(ends.top.count == expected, "\(numerator)/\(denominator)")
      #expect(Set(ends.bottom).isDisjoint(with: ends.top))
      let values = Dictionary(uniqueKeysWithValues: scores.map { ($0.trial, $0.value ?? 0) })
      let worstOfTop = ends.top.compactMap { values[$0] }.min() ?? 1
      let middle = Set(0..<count).subtracting(ends.top)
      #expect(middle.allSatisfy { (values[$0] ?? 0) <= worstOfTop })
    }
  }

  @Test("sixteen trials at a quarter give four and four")
  func sixteen() {
    let scores = (0..<16).map { Score(trial: $0, value: Double(($0 * 7) % 16)) }
    let ends = quantiles(of: scores, fraction: 0.25)
    // The value 7·t mod 16 is 0…3 for trials 0, 7, 14, 5 and 12…15 for trials 4, 11, 2, 9.
    #expect(ends == Quantiles(bottom: [0, 7, 14, 5], top: [4, 11, 2, 9]))
  }

  @Test("a decimal fraction that is a little above its own value in binary does not add a trial")
  func decimalFraction() {
    // 0.07 · 100 is 7.000000000000001 as a Double.
    let ends = quantiles(of: (0..<100).map { Score(trial: $0, value: Double($0)) }, fraction: 0.07)
    #expect(ends == Quantiles(bottom: Array(0..<7), top: Array(93..<100)))
  }

  @Test("equal scores rank by trial number whatever their order")
  func ties() {
    let scores = [5, 2, 7, 0, 1, 6, 3, 4].map { Score(trial: $0, value: 0.5) }
    let ends = quantiles(of: scores, fraction: 0.25)
    #expect(ends == Quantiles(bottom: [0, 1], top: [6, 7]))
    #expect(ends == quantiles(of: scores.reversed(), fraction: 0.25))
  }

  @Test("failed trials rank last and are never in the top")
  func failures() {
    let scores = [nil, 0.9, nil, 0.1, nil, nil, .nan, nil].enumerated()
      .map { Score(trial: $0.offset, value: $0.element) }
    let ends = quantiles(of: scores, fraction: 0.5)
    #expect(ends == Quantiles(bottom: [0, 2, 4, 5], top: [3, 1]))
    #expect(scores[6].isFailed)
  }

  @Test("infinite scores rank at the ends")
  func infinities() {
    let scores = [0.2, Double.infinity, -Double.infinity, 0.1].enumerated()
      .map { Score(trial: $0.offset, value: $0.element) }
    #expect(quantiles(of: scores, fraction: 0.25) == Quantiles(bottom: [2], top: [1]))
  }

  @Test("a fraction out of range is no crash")
  func fractionOutOfRange() {
    let scores = (0..<5).map { Score(trial: $0, value: Double($0)) }
    for fraction in [0, -1, Double.nan, -Double.infinity] {
      #expect(quantiles(of: scores, fraction: fraction) == Quantiles(bottom: [], top: []))
    }
    for fraction in [0.5, 0.9, 1, .infinity] {
      #expect(quantiles(of: scores, fraction: fraction) == Quantiles(bottom: [0, 1], top: [3, 4]))
    }
  }
}
