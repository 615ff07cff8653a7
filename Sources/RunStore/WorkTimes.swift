import GRDB

/// When and where a stretch of training was done, and what its time went into.
///
/// For people alone: nothing is decided by it.
public struct WorkTimes: Codable, Hashable, Sendable {
  /// The moment it began by the machine's clock, in seconds since 1970.
  public let started: Double
  /// Which of the stretches that were trained at once, from 0.
  public let slot: Int
  /// Seconds before the first training step, where a segment of a search makes a network and reads a checkpoint.
  public let preparation: Double
  /// Seconds of training.
  public let training: Double
  /// Seconds of measuring on validation and test images.
  public let evaluation: Double
  /// Seconds of writing the checkpoint, before it is brought to the disk and gets its name.
  public let checkpoint: Double

  /// Makes the times of a segment or an epoch; all but `slot` are in seconds.
  public init(
    started: Double, slot: Int, preparation: Double, training: Double, evaluation: Double, checkpoint: Double
  ) {
    self.started = started
    self.slot = slot
    self.preparation = preparation
    self.training = training
    self.evaluation = evaluation
    self.checkpoint = checkpoint
  }

  /// All seconds together.
  public var total: Double { preparation + training + evaluation + checkpoint }
}

extension WorkTimes {
  /// The columns that hold the times, in the order of ``arguments(_:)``.
  static let columns = [
    "started", "slot", "preparationSeconds", "trainingSeconds", "evaluationSeconds", "checkpointSeconds",
  ]

  /// The part of an `UPDATE` that sets the columns.
  static let assignments = columns.map { $0 + " = ?" }.joined(separator: ", ")

  /// The values of the columns; NULL where nothing was recorded.
  static func arguments(_ times: WorkTimes?) -> StatementArguments {
    [
      times?.started, times?.slot, times?.preparation, times?.training, times?.evaluation, times?.checkpoint,
    ]
  }
}

extension Row {
  /// The times in the columns of ``WorkTimes``; nil where one of them is not there or empty.
  func workTimes() throws -> WorkTimes? {
    guard let started: Double = try checkedIfPresent("started"),
      let slot: Int = try checkedIfPresent("slot"),
      let preparation: Double = try checkedIfPresent("preparationSeconds"),
      let training: Double = try checkedIfPresent("trainingSeconds"),
      let evaluation: Double = try checkedIfPresent("evaluationSeconds"),
      let checkpoint: Double = try checkedIfPresent("checkpointSeconds")
    else { return nil }
    // They are for people alone: what cannot be so is left out rather than refused.
    let parts = [preparation, training, evaluation, checkpoint]
    guard (0...1e11).contains(started), (0..<Row.largest).contains(slot),
      parts.allSatisfy({ (0...1e9).contains($0) })
    else { return nil }
    return WorkTimes(
      started: started, slot: slot, preparation: preparation, training: training, evaluation: evaluation,
      checkpoint: checkpoint)
  }
}
