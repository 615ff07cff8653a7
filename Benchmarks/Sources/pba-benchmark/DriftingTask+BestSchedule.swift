import Policies

extension DriftingTask {
  /// The best of all schedules in the search space whose policy changes after each `interval` epochs.
  ///
  /// The sum of squared distances to several strengths is least at their mean, and grows with the distance from it. So each
  /// operation has the strength nearest to the mean of its best ones, of those that its two entries can have.
  func bestSchedule(interval: Int) throws -> Schedule {
    let segments = try stride(from: 0, to: epochs, by: interval).map { start in
      let best = (start..<min(start + interval, epochs)).map(bestStrengths(atEpoch:))
      let means = (best.first ?? []).indices.map { operation in
        best.reduce(0) { $0 + $1[operation] } / Double(best.count)
      }
      return Schedule.Segment(epochs: best.count, policy: try Self.policy(nearestTo: means))
    }
    return try Schedule(name: "best", segments: segments)
  }

  private static func policy(nearestTo strengths: [Double]) throws -> Policy {
    let pairs = strengths.map { strength in
      EntryPair.all.min { abs($0.strength - strength) < abs($1.strength - strength) } ?? EntryPair()
    }
    let entries = try Policy.searchStart.entries.enumerated().map { place, entry in
      let numbers = pairs[place % pairs.count].numbers(ofEntry: place / pairs.count)
      return try PolicyEntry(entry.scaled, probability: numbers.probability, magnitude: numbers.magnitude)
    }
    return Policy(entries: entries)
  }
}

/// The numbers of both entries of an operation.
private struct EntryPair {
  private var first = (probability: 0, magnitude: 0)
  private var second = (probability: 0, magnitude: 0)

  /// Probability times magnitude, the mean of both, from 0 to 1.
  var strength: Double {
    Double(first.probability * first.magnitude + second.probability * second.magnitude) / 180
  }

  func numbers(ofEntry place: Int) -> (probability: Int, magnitude: Int) { place == 0 ? first : second }

  /// A pair of each strength that there is.
  static let all: [EntryPair] = {
    var single: [Int: (probability: Int, magnitude: Int)] = [:]
    for probability in PolicyEntry.probabilities {
      for magnitude in 0...9 { single[probability * magnitude] = (probability, magnitude) }
    }
    var pairs: [Int: EntryPair] = [:]
    for (product, first) in single {
      for (other, second) in single { pairs[product + other] = EntryPair(first: first, second: second) }
    }
    return pairs.keys.sorted().compactMap { pairs[$0] }
  }()
}
