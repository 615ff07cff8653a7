import RunStore

/// What a population has reached: the last result of each trial, the best of them and their median.
public struct PopulationFigures: Hashable, Sendable {
  /// The best of the last results.
  public struct Best: Hashable, Sendable {
    /// The segment that reached it.
    public let place: SegmentPlace
    /// On the validation images, 0 to 1.
    public let validationAccuracy: Double
  }

  private struct Last: Hashable {
    let generation: Int
    /// Nil where the segment failed.
    let validationAccuracy: Double?
  }

  private var last: [Int: Last] = [:]

  /// The figures of a population without results.
  public init() {}

  /// Takes in the result of a segment; one that is older than what is known of its trial changes nothing.
  ///
  /// - Parameters:
  ///   - place: the segment that ended.
  ///   - validationAccuracy: 0 to 1; nil where the segment failed.
  public mutating func take(_ place: SegmentPlace, validationAccuracy: Double?) {
    if let known = last[place.trial], known.generation > place.generation { return }
    last[place.trial] = Last(generation: place.generation, validationAccuracy: validationAccuracy)
  }

  /// How many trials have a last result that did not fail.
  public var count: Int { last.values.count { $0.validationAccuracy != nil } }

  /// The trial with the highest accuracy, among equals the one with the lowest number; nil where there is none.
  public var best: Best? {
    var best: Best?
    for (trial, result) in last {
      guard let accuracy = result.validationAccuracy else { continue }
      if let best, (best.validationAccuracy, -best.place.trial) > (accuracy, -trial) { continue }
      best = Best(
        place: SegmentPlace(generation: result.generation, trial: trial), validationAccuracy: accuracy)
    }
    return best
  }

  /// The median of the accuracies, of an even number the mean of the two in the middle; nil where there are none.
  public var median: Double? {
    let sorted = last.values.compactMap(\.validationAccuracy).sorted()
    guard !sorted.isEmpty else { return nil }
    return (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
  }
}
