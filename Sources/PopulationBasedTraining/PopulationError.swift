/// What can be wrong with a population or with the record of its history.
public enum PopulationError: Error, Hashable, Sendable, CustomStringConvertible {
  /// No trial is left that another could copy.
  case everyTrialFailed(generation: Int, trials: Int)
  /// A trial is scored, but its hyperparameters were not given.
  case missingHyperparameters(trial: Int)
  /// A trial is scored twice in one comparison.
  case repeatedTrial(Int)
  /// The history has no segment of a trial at a generation where one is needed.
  case missingSegment(trial: Int, generation: Int)
  /// The history has two segments of a trial at one generation.
  case repeatedSegment(trial: Int, generation: Int)
  /// A segment ends before it starts, or starts before epoch 0.
  case impossibleEpochs(trial: Int, generation: Int, start: Int, end: Int)
  /// A segment does not start where the one that it continues ends.
  case brokenLineage(trial: Int, generation: Int, start: Int, parent: Int, parentEnd: Int)

  /// The reason in one line, with the trials and generations that are concerned.
  public var description: String {
    switch self {
    case .everyTrialFailed(let generation, let trials):
      "generation \(generation): \(trials == 1 ? "the one trial" : "all \(trials) trials") failed, so there is none to copy; "
        + "a lower learning rate usually keeps the loss finite"
    case .missingHyperparameters(let trial):
      "trial \(trial) has a score but no hyperparameters"
    case .repeatedTrial(let trial):
      "trial \(trial) is scored twice in one comparison; expected one score a trial"
    case .missingSegment(let trial, let generation):
      "the history has no segment of trial \(trial) at generation \(generation)"
    case .repeatedSegment(let trial, let generation):
      "the history has two segments of trial \(trial) at generation \(generation); expected one"
    case .impossibleEpochs(let trial, let generation, let start, let end):
      "trial \(trial), generation \(generation): found epochs \(start) to \(end), expected 0 <= start <= end"
    case .brokenLineage(let trial, let generation, let start, let parent, let parentEnd):
      "trial \(trial), generation \(generation): found a start at epoch \(start), "
        + "expected \(parentEnd), where its parent, trial \(parent), ends"
    }
  }
}
