/// A stretch of training of one trial between two comparisons, as a journal of a search holds it.
public struct TrialSegment<Hyperparameters> {
  /// The trial that trained.
  public let trial: Int
  /// Which stretch of the trial it was: 0 before the trial's first comparison.
  public let generation: Int
  /// The first epoch trained, from 0.
  public let startEpoch: Int
  /// The epoch after the last one trained.
  public let endEpoch: Int
  /// The trial whose state was the beginning; `nil` for the trial itself.
  public let parent: Int?
  /// The generation at whose end the parent had that state; `nil` for the one before `generation`.
  ///
  /// It differs where trials are compared one by one, as their results arrive.
  public let parentGeneration: Int?
  /// What the stretch was trained with.
  public let hyperparameters: Hyperparameters

  /// Makes a segment from its parts; `ancestry(of:through:in:)` checks that segments fit together.
  public init(
    trial: Int, generation: Int, startEpoch: Int, endEpoch: Int, parent: Int? = nil,
    parentGeneration: Int? = nil, hyperparameters: Hyperparameters
  ) {
    self.trial = trial
    self.generation = generation
    self.startEpoch = startEpoch
    self.endEpoch = endEpoch
    self.parent = parent
    self.parentGeneration = parentGeneration
    self.hyperparameters = hyperparameters
  }
}

extension TrialSegment: Sendable where Hyperparameters: Sendable {}
extension TrialSegment: Equatable where Hyperparameters: Equatable {}
extension TrialSegment: Hashable where Hyperparameters: Hashable {}
