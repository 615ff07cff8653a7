import Policies
import Testing

@Suite("Explore")
struct PolicyPerturbationTests {
  private static let draws = 60_000

  @Test("every move is as likely as the definition says", arguments: 0...10)
  func distribution(start: Int) throws {
    let magnitude = min(start, 9)
    let policy = try Policy(searchVector: (0..<60).map { $0 % 2 == 0 ? start : magnitude })
    var generator = randomness(UInt64(start))
    var probabilities = [Int](repeating: 0, count: 11)
    var magnitudes = [Int](repeating: 0, count: 10)
    for _ in 0..<(Self.draws / 30) {
      for entry in PolicyPerturbation().perturb(policy, using: &generator).entries {
        probabilities[entry.probability] += 1
        magnitudes[entry.magnitude] += 1
      }
    }
    expectAgreement(probabilities, chances(from: start, highest: 10))
    expectAgreement(magnitudes, chances(from: magnitude, highest: 9))
  }

  @Test("numbers stay in range over many generations, and operations stay where they are")
  func ranges() {
    var generator = randomness(1)
    var policy = Policy.searchStart
    for _ in 0..<500 {
      policy = PolicyPerturbation().perturb(policy, using: &generator)
      #expect(policy.entries.allSatisfy { (0...10).contains($0.probability) })
      #expect(policy.entries.allSatisfy { (0...9).contains($0.magnitude) })
    }
    #expect(policy.entries.map(\.operation) == Policy.searchStart.entries.map(\.operation))
    #expect(policy.entries.contains { $0.probability > 0 })
  }

  @Test("the sixty numbers move independently")
  func independence() throws {
    let start = try Policy(searchVector: [Int](repeating: 5, count: 60))
    var generator = randomness(2)
    let count = 4000
    // Each column is one number's moves, scaled to mean 0 and variance 1.
    var columns = [[Double]](repeating: [], count: 60)
    for _ in 0..<count {
      for (place, value) in PolicyPerturbation().perturb(start, using: &generator).searchVector.enumerated() {
        columns[place].append(Double(value))
      }
    }
    for place in columns.indices {
      let mean = columns[place].reduce(0, +) / Double(count)
      let variance = columns[place].reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(count)
      columns[place] = columns[place].map { ($0 - mean) / variance.squareRoot() }
    }
    for first in 0..<60 {
      for second in 0..<first {
        let correlation = zip(columns[first], columns[second]).reduce(0) { $0 + $1.0 * $1.1 } / Double(count)
        #expect(abs(correlation) < 5 / Double(count).squareRoot(), "\(first), \(second)")
      }
    }
  }

  @Test("the same randomness gives the same policy, other randomness another")
  func determinism() {
    var (first, again, other) = (randomness(7), randomness(7), randomness(8))
    let policy = PolicyPerturbation().perturb(.searchStart, using: &first)
    #expect(policy == PolicyPerturbation().perturb(.searchStart, using: &again))
    #expect(policy != PolicyPerturbation().perturb(.searchStart, using: &other))
  }

  @Test("a policy of any number of entries can be explored")
  func anyLength() throws {
    var generator = randomness(9)
    #expect(PolicyPerturbation().perturb(Policy(entries: []), using: &generator).entries.isEmpty)
    let entry = try PolicyEntry(operation: .rotate, probability: 4, magnitude: 4)
    #expect(PolicyPerturbation().perturb(Policy(entries: [entry]), using: &generator).entries.count == 1)
  }
}

/// The chance of each value after one exploration, written out from the definition.
private func chances(from start: Int, highest: Int) -> [Double] {
  var chances = [Double](repeating: 0.2 / Double(highest + 1), count: highest + 1)
  for amount in 0...3 {
    chances[max(0, start - amount)] += 0.8 * 0.25 * 0.5
    chances[min(highest, start + amount)] += 0.8 * 0.25 * 0.5
  }
  return chances
}

private func expectAgreement(_ counts: [Int], _ chances: [Double]) {
  let draws = Double(counts.reduce(0, +))
  for (value, (count, chance)) in zip(counts, chances).enumerated() {
    let sigma = (draws * chance * (1 - chance)).squareRoot()
    #expect(abs(Double(count) - draws * chance) < 5 * sigma, "value \(value)")
  }
}
