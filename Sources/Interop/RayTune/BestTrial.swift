/// Which trial of a search came out best, and what speaks for it.
struct BestTrial {
  /// A trial's last word.
  struct Candidate: Hashable {
    let trial: Int
    let epochs: Int
    /// The metric in its last result.
    let value: Double
  }

  let winner: Candidate
  /// The best of the others, nil where there is none.
  let runnerUp: Candidate?
  /// The others that have the winner's value.
  let ties: [Int]

  /// Finds the best of some candidates; nil where there is none.
  ///
  /// The best value wins; among equal ones the trial with the most epochs, then the one with the lowest number.
  init?(among candidates: [Candidate], lowestWins: Bool) {
    let ranked = candidates.sorted { first, second in
      if first.value != second.value { return lowestWins == (first.value < second.value) }
      if first.epochs != second.epochs { return first.epochs > second.epochs }
      return first.trial < second.trial
    }
    guard let winner = ranked.first else { return nil }
    self.winner = winner
    runnerUp = ranked.dropFirst().first
    ties = ranked.dropFirst().prefix { $0.value == winner.value }.map(\.trial)
  }
}
