/// What one trial reached when its population is compared.
public struct Score: Hashable, Sendable {
  /// The trial's number in the population.
  public let trial: Int
  /// The figure to maximise, such as validation accuracy; `nil` when the trial failed.
  public let value: Double?

  /// Makes the score of a trial; a value that is not a number counts as a failure.
  public init(trial: Int, value: Double?) {
    self.trial = trial
    self.value = value.flatMap { $0.isNaN ? nil : $0 }
  }

  /// Whether the trial has no usable result, for example after its loss became NaN.
  public var isFailed: Bool { value == nil }
}

extension Score {
  /// Orders from worst to best: failed trials first, then by value; equal scores by trial number.
  static func isWorse(_ left: Score, _ right: Score) -> Bool {
    switch (left.value, right.value) {
    case (nil, nil): left.trial < right.trial
    case (nil, _): true
    case (_, nil): false
    case (let a?, let b?): a == b ? left.trial < right.trial : a < b
    }
  }
}
