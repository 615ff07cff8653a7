import RunStore
import Text

/// The values of tuned hyperparameters that led to a trial's state, stretch by stretch.
public struct TunedCourse: Hashable, Sendable {
  /// Epochs that were trained with the same values.
  public struct Step: Hashable, Sendable {
    /// The number of epochs.
    public let epochs: Int
    /// The values by name.
    public let values: [String: Double]
  }

  /// The steps, oldest first; no two neighbours have the same values.
  public let steps: [Step]

  /// The course of a trial.
  ///
  /// - Parameter ancestry: the segments that its state descends from, its own the last.
  init(_ ancestry: [SegmentRecord]) {
    var steps: [Step] = []
    for plan in ancestry.map(\.plan) {
      if let last = steps.last, last.values == plan.tuned {
        steps[steps.count - 1] = Step(epochs: last.epochs + plan.epochs.count, values: last.values)
      } else {
        steps.append(Step(epochs: plan.epochs.count, values: plan.tuned))
      }
    }
    self.steps = steps
  }

  /// As a schedule's file has it: a list of objects with the number of epochs and the values.
  public var value: JSONValue {
    .array(
      steps.map { step in
        .object(["epochs": .integer(step.epochs), "values": .object(step.values.mapValues { .number($0) })])
      })
  }
}
