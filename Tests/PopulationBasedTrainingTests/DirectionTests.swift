import Augmentation
import Foundation
import PopulationBasedTraining
import Testing

@Suite("Direction")
struct DirectionTests {
  /// Scores with ties and failures among them.
  private func scores(seed: UInt64, count: Int = 16) -> [Score] {
    var random = RandomStream(seed: seed, domain: .exploit)
    return (0..<count).map { trial in
      let value = Double(random.boundedInteger(below: 6)) - 2
      return Score(trial: trial, value: value == 3 ? nil : value)
    }
  }

  /// The same scores of a figure of which less is better.
  private func mirrored(_ scores: [Score]) -> [Score] {
    scores.map { Score(trial: $0.trial, value: $0.value.map { -$0 }) }
  }

  @Test("the ends of mirrored scores are those of the scores", arguments: UInt64(0)..<20)
  func quantilesOfMirroredScores(seed: UInt64) {
    let scores = scores(seed: seed)
    let ends = quantiles(of: mirrored(scores), fraction: 0.25, direction: .minimize)
    #expect(ends == quantiles(of: scores, fraction: 0.25))
  }

  @Test("of losses the lowest are worth copying, and a failed trial never is")
  func losses() {
    let losses = [0.3, nil, 0.1, 2.5].enumerated().map { Score(trial: $0, value: $1) }
    #expect(
      quantiles(of: losses, fraction: 0.5, direction: .minimize) == Quantiles(bottom: [1, 3], top: [0, 2]))
  }

  @Test("decisions on mirrored scores are those on the scores", arguments: UInt64(0)..<20)
  func decisionsOnMirroredScores(seed: UInt64) throws {
    func decisions(_ scores: [Score], _ direction: Direction, fraction: Double) throws -> [Exploit<Int>] {
      let policies = Dictionary(uniqueKeysWithValues: scores.map { ($0.trial, $0.trial * 10) })
      let generator = { RandomStream(seed: seed, domain: .exploit, trial: $0) }
      let together = try Exploit.decisions(
        comparing: scores, hyperparameters: policies, generation: 2, fraction: fraction, direction: direction,
        generator: generator, explorer: Asking())
      let alone = try scores.compactMap {
        try Exploit.decision(
          on: $0.trial, among: scores, hyperparameters: { policies[$0] }, generation: 2, fraction: fraction,
          direction: direction, generator: generator($0.trial), explorer: Asking())
      }
      return together + alone
    }
    for fraction in [0, 0.25] {
      let scores = scores(seed: seed)
      let found = try decisions(mirrored(scores), .minimize, fraction: fraction)
      let expected = try decisions(scores, .maximize, fraction: fraction)
      #expect(found.map { [$0.trial, $0.source] } == expected.map { [$0.trial, $0.source] })
      #expect(found.map(\.isBetweenEquals) == expected.map(\.isBetweenEquals))
      // The explorer gets which values are better.
      #expect(found.allSatisfy { $0.explored == -1 } && expected.allSatisfy { $0.explored == 1 })
    }
  }

  @Test("of equal values neither is better")
  func equalValues() {
    for direction in Direction.allCases {
      #expect(!direction.prefers(0.5, to: 0.5))
      #expect(direction.prefers(1, to: 0) != direction.prefers(0, to: 1))
    }
  }

  @Test("an objective without a direction maximizes")
  func recordedWithoutDirection() throws {
    let decoder = JSONDecoder()
    #expect(
      try decoder.decode(Objective.self, from: Data(#"{"score":"reward"}"#.utf8)) == Objective(name: "reward")
    )
    #expect(try decoder.decode(Objective.self, from: Data("{}".utf8)) == .validationAccuracy)
    let loss = Objective(name: "loss", direction: .minimize)
    #expect(try decoder.decode(Objective.self, from: JSONEncoder().encode(loss)) == loss)
  }
}

/// Gives 1 where the higher value is better, and -1 where the lower one is.
private struct Asking: Explorer {
  func explore(_ request: Exploration<Int>, using generator: inout some RandomNumberGenerator) -> Int {
    request.direction == .maximize ? 1 : -1
  }
}
