/// A stretch of training of one trial between two comparisons, as a journal of a search holds it.
public struct TrialSegment<Hyperparameters> {
  /// The trial that trained.
  public let trial: Int
  /// Which stretch between comparisons it was: 0 before the first comparison.
  public let generation: Int
  /// The first epoch trained, from 0.
  public let startEpoch: Int
  /// The epoch after the last one trained.
  public let endEpoch: Int
  /// The trial whose state at the end of the generation before was the beginning; `nil` for the trial itself.
  public let parent: Int?
  /// What the stretch was trained with.
  public let hyperparameters: Hyperparameters

  /// Makes a segment from its parts; `ancestry(of:through:in:)` checks that segments fit together.
  public init(
    trial: Int, generation: Int, startEpoch: Int, endEpoch: Int, parent: Int? = nil,
    hyperparameters: Hyperparameters
  ) {
    self.trial = trial
    self.generation = generation
    self.startEpoch = startEpoch
    self.endEpoch = endEpoch
    self.parent = parent
    self.hyperparameters = hyperparameters
  }
}

extension TrialSegment: Sendable where Hyperparameters: Sendable {}
extension TrialSegment: Equatable where Hyperparameters: Equatable {}
extension TrialSegment: Hashable where Hyperparameters: Hashable {}
extension TrialSegment: Encodable where Hyperparameters: Encodable {}
extension TrialSegment: Decodable where Hyperparameters: Decodable {}
