import PopulationBasedTraining
import RunStore

/// A finished segment as a line of `metrics.jsonl`.
struct SegmentLine: Encodable {
  let generation: Int
  let trial: Int
  /// The number of epochs trained by the segment's end.
  let epochs: Int
  let parent: Int?
  /// The generation of the parent that it starts from, where that is not always the one before.
  let parentGeneration: Int?
  let validationAccuracy: Double?
  /// What trials are compared by, where that is not the validation accuracy.
  let score: Double?
  let trainLoss: Double?
  let trainAccuracy: Double?
  /// What the trainer reports beside these; nil where that is nothing.
  let metrics: [String: Double]?
  /// The values of tuned hyperparameters; nil where none is tuned.
  let tuned: [String: Double]?
  let seconds: Double?
  /// Why the segment failed, if it did.
  let failed: String?

  /// `nil` while the segment is planned.
  init?(_ record: SegmentRecord, _ objective: Objective) {
    guard let result = record.result else { return nil }
    generation = record.plan.generation
    trial = record.plan.trial
    epochs = record.plan.epochs.upperBound
    parent = record.plan.parent
    parentGeneration = record.arrival == nil ? nil : record.plan.parentGeneration
    let isAccuracy = objective.name == nil
    validationAccuracy = isAccuracy ? result.score : nil
    score = isAccuracy ? nil : result.score
    trainLoss = record.metrics?.trainLoss
    trainAccuracy = record.metrics?.trainAccuracy
    metrics = record.metrics.flatMap { $0.figures.isEmpty ? nil : $0.figures }
    tuned = record.plan.tuned.isEmpty ? nil : record.plan.tuned
    seconds = record.metrics?.seconds
    failed = record.failure
  }
}
