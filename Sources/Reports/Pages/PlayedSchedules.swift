import Policies

/// The schedules that the policies of a comparison play, each once.
public struct PlayedSchedules: Sendable {
  /// One schedule, and who plays it.
  public struct Played: Sendable {
    /// The schedule, stretched to the length of the trainings.
    public let schedule: Schedule
    /// The policies that play it, as the comparison names them, and how.
    public var players: [(policy: String, order: PolicyOrder)]
  }

  /// Why there are none, in a sentence.
  struct Reason: Error, Sendable {
    let words: String
  }

  let found: Result<[Played], Reason>

  /// The schedules of policies in the order of a comparison; those without a schedule are left out.
  public init(_ policies: [(name: String, schedule: Schedule?, order: PolicyOrder)]) {
    var played: [Played] = []
    for (name, schedule, order) in policies {
      guard let schedule else { continue }
      if let place = played.firstIndex(where: { $0.schedule == schedule }) {
        played[place].players.append((name, order))
      } else {
        played.append(Played(schedule: schedule, players: [(name, order)]))
      }
    }
    found = .success(played)
  }

  /// None, and why, in a sentence.
  public init(unavailable words: String) { found = .failure(Reason(words: words)) }
}

extension PlayedSchedules.Played {
  /// How each policy plays it.
  var words: [String] {
    players.map { policy, order in "\(policy): \(order.words)." }
  }
}

extension PolicyOrder {
  /// What it does, after the name of a policy and a colon.
  var words: String {
    switch self {
    case .schedule: "each epoch has the policy of that epoch"
    case .shuffled: "each image of each epoch draws one of its policies, so the order is lost"
    case .last: "its last policy holds from the first epoch on"
    }
  }
}
