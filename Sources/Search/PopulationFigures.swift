import PopulationBasedTraining
import RunStore

/// What a population has reached: the last result of each trial, the best of them and their median.
public struct PopulationFigures: Hashable, Sendable {
  /// The best of the last results.
  public struct Best: Hashable, Sendable {
    /// The segment that reached it.
    public let place: SegmentPlace
    /// What it reached.
    public let score: Double
  }

  private struct Last: Hashable {
    let generation: Int
    /// Nil where the segment failed.
    let score: Double?
  }

  private let direction: Direction
  private var last: [Int: Last] = [:]

  /// The figures of a population without results.
  ///
  /// - Parameter direction: which of two scores is the better one.
  public init(_ direction: Direction = .maximize) {
    self.direction = direction
  }

  /// Takes in the result of a segment; one that is older than what is known of its trial changes nothing.
  ///
  /// - Parameters:
  ///   - place: the segment that ended.
  ///   - score: what it reached; nil where it failed.
  public mutating func take(_ place: SegmentPlace, score: Double?) {
    if let known = last[place.trial], known.generation > place.generation { return }
    last[place.trial] = Last(generation: place.generation, score: score)
  }

  /// How many trials have a last result that did not fail.
  public var count: Int { last.values.count { $0.score != nil } }

  /// The trial with the best score, among equals the one with the lowest number; nil where there is none.
  public var best: Best? {
    var best: Best?
    for (trial, result) in last {
      guard let score = result.score else { continue }
      if let best {
        let isFirstOfEquals = score == best.score && trial < best.place.trial
        guard isFirstOfEquals || direction.prefers(score, to: best.score) else { continue }
      }
      best = Best(place: SegmentPlace(generation: result.generation, trial: trial), score: score)
    }
    return best
  }

  /// The median of the scores, of an even number the mean of the two in the middle; nil where there are none.
  public var median: Double? {
    let sorted = last.values.compactMap(\.score).sorted()
    guard !sorted.isEmpty else { return nil }
    return (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
  }
}
