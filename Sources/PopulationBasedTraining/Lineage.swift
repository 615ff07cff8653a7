/// A run of epochs in a trial's ancestry that was trained with the same hyperparameters.
public struct LineageStep<Hyperparameters> {
  /// The number of epochs, at least 1.
  public let epochs: Int
  /// What these epochs were trained with.
  public let hyperparameters: Hyperparameters

  /// Makes a step from its parts.
  public init(epochs: Int, hyperparameters: Hyperparameters) {
    self.epochs = epochs
    self.hyperparameters = hyperparameters
  }
}

extension LineageStep: Sendable where Hyperparameters: Sendable {}
extension LineageStep: Equatable where Hyperparameters: Equatable {}
extension LineageStep: Hashable where Hyperparameters: Hashable {}

/// Follows a trial back to epoch 0 through every trial that it descends from.
///
/// - Parameters:
///   - trial: the trial to follow.
///   - generation: where to start from; `nil` for the trial's latest generation.
///   - history: the segments of the population, in any order.
/// - Returns: the segments that led to the trial's state, oldest first; they join without gap from epoch 0.
/// - Throws: `PopulationError` when a segment is missing, stands twice, or does not join its parent's.
public func ancestry<Hyperparameters>(
  of trial: Int, through generation: Int? = nil, in history: [TrialSegment<Hyperparameters>]
) throws(PopulationError) -> [TrialSegment<Hyperparameters>] {
  var segments: [Place: TrialSegment<Hyperparameters>] = [:]
  for segment in history {
    let place = Place(trial: segment.trial, generation: segment.generation)
    guard segments.updateValue(segment, forKey: place) == nil else {
      throw .repeatedSegment(trial: segment.trial, generation: segment.generation)
    }
  }
  let latest = history.lazy.filter { $0.trial == trial }.map(\.generation).max()
  let last = Place(trial: trial, generation: generation ?? latest ?? 0)
  guard var current = segments[last] else {
    throw .missingSegment(trial: last.trial, generation: last.generation)
  }

  var path: [TrialSegment<Hyperparameters>] = []
  while true {
    guard 0 <= current.startEpoch, current.startEpoch <= current.endEpoch else {
      throw .impossibleEpochs(
        trial: current.trial, generation: current.generation, start: current.startEpoch,
        end: current.endEpoch)
    }
    path.append(current)
    if current.startEpoch == 0 { return path.reversed() }
    let origin = Place(
      trial: current.parent ?? current.trial,
      generation: current.parentGeneration ?? current.generation &- 1)
    // No state descends from itself, so a line is never longer than the history.
    guard current.generation > 0, path.count < segments.count, let parent = segments[origin] else {
      throw .missingSegment(trial: origin.trial, generation: origin.generation)
    }
    guard parent.endEpoch == current.startEpoch else {
      throw .brokenLineage(
        trial: current.trial, generation: current.generation, start: current.startEpoch,
        parent: parent.trial, parentEnd: parent.endEpoch)
    }
    current = parent
  }
}

/// Gives the schedule of hyperparameters that led to a trial's state.
///
/// - Parameters:
///   - trial: the trial to follow.
///   - generation: where to start from; `nil` for the trial's latest generation.
///   - history: the segments of the population, in any order.
/// - Returns: the steps, oldest first, equal neighbours merged; their epochs sum to the epochs trained.
/// - Throws: `PopulationError` as `ancestry(of:through:in:)` does.
public func lineage<Hyperparameters: Equatable>(
  of trial: Int, through generation: Int? = nil, in history: [TrialSegment<Hyperparameters>]
) throws(PopulationError) -> [LineageStep<Hyperparameters>] {
  var steps: [LineageStep<Hyperparameters>] = []
  for segment in try ancestry(of: trial, through: generation, in: history) {
    let epochs = segment.endEpoch - segment.startEpoch
    guard epochs > 0 else { continue }
    if let last = steps.last, last.hyperparameters == segment.hyperparameters {
      steps[steps.count - 1] = LineageStep(
        epochs: last.epochs + epochs, hyperparameters: last.hyperparameters)
    } else {
      steps.append(LineageStep(epochs: epochs, hyperparameters: segment.hyperparameters))
    }
  }
  return steps
}

private struct Place: Hashable {
  let trial: Int
  let generation: Int
}
