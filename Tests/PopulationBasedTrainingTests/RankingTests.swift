import Augmentation
import PopulationBasedTraining
import Testing

@Suite("The ranking that an explorer sees")
struct RankingTests {
  private let scores = [
    Score(trial: 0, value: 0.5), Score(trial: 1, value: nil), Score(trial: 2, value: 0.7),
    Score(trial: 3, value: 0.5), Score(trial: 4, value: 0.1),
  ]

  @Test("is from worst to best, whatever the order of the scores")
  func order() throws {
    let ranking = try Ranking(scores, generation: 1, fraction: 0.2, direction: .maximize)
    #expect(ranking.scores.map(\.trial) == [1, 4, 0, 3, 2])
    #expect(ranking.best == 2)
    let reversed = try Ranking(scores.reversed(), generation: 1, fraction: 0.2, direction: .maximize)
    #expect(ranking == reversed)
    let losses = try Ranking(scores, generation: 1, fraction: 0.2, direction: .minimize)
    #expect(losses.scores.map(\.trial) == [1, 2, 0, 3, 4])
    #expect(losses.best == 4)
    #expect((0..<5).map(ranking.hasFailed) == [false, true, false, false, false])
  }

  @Test("the best is one outside where all failed, and none where nobody is left")
  func best() throws {
    let failed = [Score(trial: 0, value: nil)]
    let other = [Score(trial: 7, value: 0.2)]
    #expect(try Ranking(failed, or: other, generation: 0, fraction: 0, direction: .maximize).best == 7)
    #expect(try Ranking(failed, generation: 0, fraction: 0, direction: .maximize).best == nil)
  }

  @Test("an explorer may take state and hyperparameters of different trials, and change nothing")
  func twoParents() throws {
    struct Crossing: Explorer {
      func beginning(of trial: Int, from start: String, using generator: inout some RandomNumberGenerator)
        -> String
      {
        "\(start)\(trial)"
      }
      func choice(
        for trial: Int, in ranking: Ranking, using generator: inout some RandomNumberGenerator
      ) -> CopyChoice? {
        trial == 4
          ? CopyChoice(source: 2, donor: 3, explores: false) : trial == 1 ? CopyChoice(source: 2) : nil
      }
      func explore(
        _ request: Exploration<String>, using generator: inout some RandomNumberGenerator
      ) -> String { "\(request.copied)+\(request.underway().joined())" }
    }
    let names = Dictionary(uniqueKeysWithValues: (0..<5).map { ($0, "h\($0)") })
    let decisions = try Exploit.decisions(
      comparing: scores, hyperparameters: names, generation: 3, fraction: 0.2,
      generator: { RandomStream(seed: 1, domain: .exploit, trial: $0) }, explorer: Crossing())
    // Trial 1 is decided on before trial 4, so that is not under way yet.
    #expect(
      decisions == [
        Exploit(generation: 3, trial: 1, source: 2, previous: "h2", explored: "h2+h0h2h3"),
        Exploit(
          generation: 3, trial: 4, source: 2, donor: 3, previous: "h3", explored: "h3", explores: false),
      ])
  }
}
