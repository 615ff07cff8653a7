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
  let trainLoss: Double?
  let trainAccuracy: Double?
  let seconds: Double?
  /// Why the segment failed, if it did.
  let failed: String?

  /// `nil` while the segment is planned.
  init?(_ record: SegmentRecord) {
    guard let result = record.result else { return nil }
    generation = record.plan.generation
    trial = record.plan.trial
    epochs = record.plan.epochs.upperBound
    parent = record.plan.parent
    parentGeneration = record.arrival == nil ? nil : record.plan.parentGeneration
    switch result {
    case .done(_, let metrics):
      validationAccuracy = metrics.validationAccuracy
      trainLoss = metrics.trainLoss
      trainAccuracy = metrics.trainAccuracy
      seconds = metrics.seconds
      failed = nil
    case .failed(let reason):
      validationAccuracy = nil
      trainLoss = nil
      trainAccuracy = nil
      seconds = nil
      failed = reason
    }
  }
}
