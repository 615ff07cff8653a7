import Augmentation
import Foundation
import Policies
import Testing

@Suite("Policies")
struct PolicyTests {
  @Test("a search starts with every operation of the paper twice and none of them ever applied")
  func searchStart() {
    let start = Policy.searchStart
    #expect(start.entries.map(\.operation) == OriginalLayout.operations + OriginalLayout.operations)
    #expect(start.searchVector == [Int](repeating: 0, count: 60))
  }

  @Test("sixty integers and a policy say the same", arguments: UInt64(0)..<20)
  func searchVector(seed: UInt64) throws {
    var generator = randomness(seed)
    let policy = SearchSpace.pba.random(using: &generator)
    #expect(policy.searchVector.count == 60)
    #expect(try Policy(searchVector: policy.searchVector) == policy)
  }

  @Test("places in the sixty integers are probability and magnitude in turn")
  func searchVectorPlaces() throws {
    var vector = [Int](repeating: 0, count: 60)
    vector[2] = 7
    vector[59] = 9
    let entries = try Policy(searchVector: vector).entries
    #expect(entries[1].operation == Operation.translateX && entries[1].probability == 7)
    #expect(entries[29].operation == Operation.contrast && entries[29].magnitude == 9)
    #expect(entries.map(\.probability).reduce(0, +) == 7 && entries.map(\.magnitude).reduce(0, +) == 9)
  }

  @Test("numbers out of range are refused with their place")
  func outOfRange() {
    var vector = [Int](repeating: 0, count: 60)
    vector[25] = 10
    #expect(message { try Policy(searchVector: vector) } == "[25]: found 10, expected an integer from 0 to 9")
    vector[25] = 0
    vector[24] = 11
    #expect(
      message { try Policy(searchVector: vector) } == "[24]: found 11, expected an integer from 0 to 10")
    #expect(
      message { try Policy(searchVector: [1, 2]) }
        == "found 2 numbers, expected 60, probability and magnitude in turn")
    #expect(
      message { try PolicyEntry(operation: .rotate, probability: -1, magnitude: 0) }
        == "probability: found -1, expected an integer from 0 to 10")
    #expect(
      message { try PolicyEntry(operation: .rotate, probability: 0, magnitude: .max) }
        == "magnitude: found \(Int.max), expected an integer from 0 to 9")
  }

  @Test("a random policy covers both ranges evenly")
  func randomPolicy() {
    var generator = randomness(3)
    var probabilities = [Int](repeating: 0, count: 11)
    var magnitudes = [Int](repeating: 0, count: 10)
    for _ in 0..<2000 {
      for entry in SearchSpace.pba.random(using: &generator).entries {
        probabilities[entry.probability] += 1
        magnitudes[entry.magnitude] += 1
      }
    }
    for counts in [probabilities, magnitudes] {
      let share = 1 / Double(counts.count)
      let sigma = (60_000 * share * (1 - share)).squareRoot()
      for count in counts { #expect(abs(Double(count) - 60_000 * share) < 5 * sigma) }
    }
  }

  @Test("coding goes by names and refuses what a file would not be allowed to hold")
  func coding() throws {
    var generator = randomness(8)
    let policy = SearchSpace.pba.random(using: &generator)
    let data = try JSONEncoder().encode(policy)
    #expect(try JSONDecoder().decode(Policy.self, from: data) == policy)
    let wrong = Data(#"[{"operation": "Rotate", "probability": 11, "magnitude": 0}]"#.utf8)
    #expect(
      message { try JSONDecoder().decode(Policy.self, from: wrong) }
        == "[0].probability: found 11, expected an integer from 0 to 10")
  }

  @Test("a program holds the entries in order, probabilities as fractions")
  func program() throws {
    var generator = randomness(5)
    let policy = SearchSpace.pba.random(using: &generator)
    let program = policy.program(operationCount: [0.1, 0.9])
    let alternative = try #require(program.alternatives.first)
    #expect(program.alternatives.count == 1)
    #expect(alternative.countDistribution == [0.1, 0.9])
    #expect(alternative.steps.map(\.operation) == policy.entries.map(\.operation))
    #expect(
      alternative.steps.map(\.parameter)
        == policy.entries.map { $0.operation.parameter(magnitude: $0.magnitude) })
    #expect(
      alternative.steps.allSatisfy { $0.opposite == ($0.operation.isSigned ? -$0.parameter : nil) })
    #expect(
      alternative.steps.map { Int(($0.probability * 10).rounded()) } == policy.entries.map(\.probability))
    #expect(alternative.steps.allSatisfy { (0...1).contains($0.probability) })
    #expect(policy.program().alternatives.first?.countDistribution == [0.2, 0.3, 0.5])
  }
}
