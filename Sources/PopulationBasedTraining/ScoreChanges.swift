/// How much each segment of a search changed the score, in numbers that can be compared over time.
package struct ScoreChanges<Hyperparameters> {
  /// The change of one segment.
  package struct Change {
    /// What it was trained with.
    package var hyperparameters: Hyperparameters
    /// When it began, in steps of the longest segment.
    package var time: Int
    /// Above 0 where it improved more than others of the same epochs.
    package var value: Double
  }

  /// The newest changes of segments that did not fail, in the order in which they were recorded.
  ///
  /// Their mean square is 1, or all of them are 0. Each is compared with all trials over the same epochs, also with those
  /// that are not among the newest. So the mean is 0 only where all changes over the same epochs are among them.
  package let standardised: [Change]
  /// The epoch at which each trial's last segment ended.
  private let ends: [Int: Int]
  private let step: Int

  private struct Place: Hashable {
    var trial: Int
    var generation: Int
  }

  /// Takes the changes from all observations of a search.
  ///
  /// - Parameters:
  ///   - observations: what all trials have reached, in the order in which it was recorded.
  ///   - direction: which of two scores is the better one.
  ///   - count: how many of the newest changes are taken.
  package init(_ observations: [Observation<Hyperparameters>], direction: Direction, newest count: Int) {
    step = max(1, observations.lazy.map { $0.segment.endEpoch - $0.segment.startEpoch }.max() ?? 1)
    ends = Dictionary(
      observations.map { ($0.segment.trial, $0.segment.endEpoch) }, uniquingKeysWith: { _, last in last })
    let sign = direction == .maximize ? 1.0 : -1
    var scores: [Place: Double] = [:]
    for observation in observations {
      let place = Place(trial: observation.segment.trial, generation: observation.segment.generation)
      scores[place] = observation.value.map { sign * $0 }
    }

    /// A change and the score before it, both against the mean of the same epochs.
    var found: [(hyperparameters: Hyperparameters, start: Int, change: Double, before: Double)] = []
    for observation in observations {
      let segment = observation.segment
      guard let value = observation.value.map({ sign * $0 }) else { continue }
      var before = 0.0
      if segment.startEpoch > 0 {
        let parent = Place(
          trial: segment.parent ?? segment.trial,
          generation: segment.parentGeneration ?? segment.generation - 1)
        guard let score = scores[parent] else { continue }
        before = score
      }
      found.append((segment.hyperparameters, segment.startEpoch, value - before, before))
    }
    for group in Dictionary(grouping: found.indices, by: { found[$0].start }).values {
      let change = mean(group.map { found[$0].change })
      let before = mean(group.map { found[$0].before })
      for index in group {
        found[index].change -= change
        found[index].before -= before
      }
    }
    found = found.suffix(count)
    // The slope of the least squares.
    let square = found.reduce(0) { $0 + $1.before * $1.before }
    let slope = square > 0 ? found.reduce(0) { $0 + $1.change * $1.before } / square : 0
    let rests = found.map { $0.change - slope * $0.before }
    let deviation = (mean(rests.map { $0 * $0 })).squareRoot()
    standardised = zip(found, rests).map { [step] found, rest in
      Change(
        hyperparameters: found.hyperparameters, time: found.start / step,
        value: deviation > 0 ? rest / deviation : 0)
    }
  }

  /// When the next segment begins of a trial that copied another.
  package func time(after source: Int) -> Int { (ends[source] ?? 0) / step }
}

private func mean(_ values: [Double]) -> Double {
  values.isEmpty ? 0 : values.reduce(0, +) / Double(values.count)
}
