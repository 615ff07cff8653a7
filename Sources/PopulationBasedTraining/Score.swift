/// What one trial reached when its population is compared.
public struct Score: Hashable, Sendable {
  /// The trial's number in the population.
  public let trial: Int
  /// The figure that is compared, such as validation accuracy; `nil` when the trial failed.
  public let value: Double?

  /// Makes the score of a trial; a value that is not a number counts as a failure.
  public init(trial: Int, value: Double?) {
    self.trial = trial
    self.value = value.flatMap { $0.isNaN ? nil : $0 }
  }

  /// Whether the trial has no usable result, for example after its loss became NaN.
  public var isFailed: Bool { value == nil }
}
