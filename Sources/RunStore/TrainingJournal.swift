import Augmentation
import Files
import Foundation
import GRDB
import Text

/// The figures of one epoch of a training run.
public struct EpochRecord: Codable, Hashable, Sendable {
  /// The epoch, from 0.
  public let epoch: Int
  /// The mean loss over the training images.
  public let trainLoss: Double
  /// The share of the augmented training images classified correctly, 0 to 1.
  public let trainAccuracy: Double
  /// The accuracy on the validation images, 0 to 1, where it was measured.
  public let validationAccuracy: Double?
  /// The mean cross-entropy on the validation images, where a training measures on them between its epochs.
  public let validationLoss: Double?
  /// The accuracy on the test images, 0 to 1, where it was measured.
  public let testAccuracy: Double?
  /// The learning rate of the epoch's last step.
  public let learningRate: Double
  /// The time the epoch took.
  public let seconds: Double
  /// When and where it was trained; nil where that was not recorded.
  ///
  /// It has columns of its own and no place in `metrics.jsonl`.
  public var times: WorkTimes?

  private enum CodingKeys: String, CodingKey {
    case epoch, trainLoss, trainAccuracy, validationAccuracy, validationLoss, testAccuracy, learningRate,
      seconds
  }

  /// An epoch, from 0, and what was measured: accuracies from 0 to 1, the time in seconds.
  public init(
    epoch: Int, trainLoss: Double, trainAccuracy: Double, validationAccuracy: Double? = nil,
    validationLoss: Double? = nil, testAccuracy: Double? = nil, learningRate: Double, seconds: Double,
    times: WorkTimes? = nil
  ) {
    self.epoch = epoch
    self.trainLoss = trainLoss
    self.trainAccuracy = trainAccuracy
    self.validationAccuracy = validationAccuracy
    self.validationLoss = validationLoss
    self.testAccuracy = testAccuracy
    self.learningRate = learningRate
    self.seconds = seconds
    self.times = times
  }
}

extension Sequence<EpochRecord> {
  /// The epoch with the highest validation accuracy, among equals the first; nil where none has one.
  public var bestValidated: EpochRecord? {
    var best: EpochRecord?
    for record in self {
      guard let accuracy = record.validationAccuracy else { continue }
      if best?.validationAccuracy.map({ accuracy > $0 }) ?? true { best = record }
    }
    return best
  }
}

/// The journal of a training run: its epochs, and the checkpoints they led to.
///
/// Epochs are recorded together with the checkpoint that holds them, so that a resumed run has no epoch twice.
public struct TrainingJournal: Sendable {
  /// How many checkpoints are kept: one to continue from, and one in case that one is damaged.
  public static let keptCheckpoints = 2

  private let database: RunDatabase
  private let run: RunDirectory

  /// The journal of a run of the kind `train`.
  public init(_ run: RunDirectory) {
    database = run.database
    self.run = run
  }

  /// The name of the checkpoint after a number of epochs.
  public static func checkpointName(epochs: Int) -> String {
    let digits = String(epochs)
    return "epoch-" + String(repeating: "0", count: max(0, 5 - digits.count)) + digits
      + CheckpointFormat.weights.suffix
  }

  /// The epochs trained so far, in order.
  public func epochs() throws -> [EpochRecord] {
    try database.read { database in
      let rows = try Row.fetchAll(database, sql: "SELECT * FROM epoch ORDER BY epoch")
      return try rows.enumerated().map { place, row in
        try self.database.verify(row, .epoch)
        let metrics: String = try row.checked("metrics")
        var record = try JSONDecoder().decode(EpochRecord.self, from: Data(metrics.utf8))
        guard record.epoch == place, try row.checked("epoch") == place else {
          throw DatabaseError(
            resultCode: .SQLITE_CORRUPT, message: "found the epoch \(record.epoch), expected \(place)")
        }
        let accuracies = [record.trainAccuracy, record.validationAccuracy, record.testAccuracy]
        for accuracy in accuracies.compactMap(\.self) where !(0...1).contains(accuracy) {
          throw Row.outside("an accuracy of epoch \(place)", "\(accuracy)")
        }
        record.times = try row.workTimes()
        return record
      }
    }
  }

  /// Records the epochs since the last checkpoint, and the checkpoint that follows them.
  ///
  /// The checkpoint must have been written to the folder's temporary path; it is sealed and published here,
  /// `metrics.jsonl` grows by the epochs, and checkpoints no longer needed are deleted.
  ///
  /// - Parameters:
  ///   - epochs: the figures of the epochs, in order.
  ///   - file: the name of the checkpoint's file.
  ///   - epochsTrained: how many epochs the checkpoint has trained.
  ///   - best: after how many epochs a checkpoint was made that is kept beside the newest; nil for none.
  /// - Throws: `RunStoreError` or `FileError` where it cannot be written.
  public func record(
    _ epochs: [EpochRecord], checkpoint file: String, epochsTrained: Int, keeping best: Int? = nil
  ) throws {
    let checkpoint = try run.checkpoints.seal(file)
    try run.checkpoints.publish([checkpoint])
    let kept = try database.write { database in
      for epoch in epochs {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        let metrics = String(decoding: try encoder.encode(epoch), as: UTF8.self)
        try database.execute(
          sql: """
            INSERT INTO epoch (epoch, metrics, digest, \(WorkTimes.columns.joined(separator: ", ")))
            VALUES (?, ?, ?\(String(repeating: ", ?", count: WorkTimes.columns.count)))
            """,
          arguments: [epoch.epoch, metrics, RowSeal.epoch.digest([epoch.epoch, metrics])]
            + WorkTimes.arguments(epoch.times))
      }
      let values: [(any DatabaseValueConvertible)?] = [
        epochsTrained, file, checkpoint.digest.size, checkpoint.digest.sha256,
      ]
      try database.execute(
        sql: "INSERT OR REPLACE INTO checkpoint (epochs, file, size, sha256, digest) VALUES (?, ?, ?, ?, ?)",
        arguments: StatementArguments(values) + [RowSeal.checkpoint.digest(values)])
      try database.execute(
        sql: """
          DELETE FROM checkpoint WHERE epochs IS NOT ? AND epochs NOT IN
            (SELECT epochs FROM checkpoint ORDER BY epochs DESC LIMIT ?)
          """,
        arguments: [best, Self.keptCheckpoints])
      return try String.fetchSet(database, sql: "SELECT file FROM checkpoint")
    }
    try database.merge()
    try run.metrics.append(epochs)
    try run.checkpoints.keepOnly(kept)
  }

  /// The checkpoints that the journal names and that are there, by the number of epochs that led to them.
  ///
  /// Whether they are whole is not asked. Throws `FileError` where a link or something else stands in place of one.
  public func checkpointsThere() throws -> [Int: String] {
    let paths = try recordedCheckpoints().map { ($0.epochs, run.checkpoints.path(of: $0.checkpoint.file)) }
    return Dictionary(try paths.filter { try isOwnFileThere($0.1) }) { first, _ in first }
  }

  /// The newest checkpoint that is there and whole, and the number of epochs it holds; `nil` to begin from the start.
  ///
  /// Epochs after it are forgotten, as they will be trained again, and `metrics.jsonl` is brought in line.
  ///
  /// - Parameter beginAnew: called where there is none, before anything is forgotten; what it throws leaves all
  ///   as it is.
  /// - Returns: the checkpoint and the number of its epochs; nil to begin from the start.
  /// - Throws: `RunStoreError`, `FileError`, and what `beginAnew` throws.
  public func resumePoint(
    beginAnew: () throws -> Void = {}
  ) throws -> (checkpoint: CheckpointRecord, epochs: Int)? {
    let candidates = try recordedCheckpoints()
    let found = try candidates.first { try run.checkpoints.holds($0.checkpoint) }
    if found == nil { try beginAnew() }
    let trained = found?.epochs ?? 0
    try database.write { database in
      try database.execute(sql: "DELETE FROM epoch WHERE epoch >= ?", arguments: [trained])
      try database.execute(sql: "DELETE FROM checkpoint WHERE epochs > ?", arguments: [trained])
    }
    try run.checkpoints.keepOnly(Set(candidates.filter { $0.epochs <= trained }.map(\.checkpoint.file)))
    try run.metrics.restore(try epochs())
    return found
  }

  /// The checkpoints of the journal, the newest first.
  private func recordedCheckpoints() throws -> [(checkpoint: CheckpointRecord, epochs: Int)] {
    try database.read { database in
      try Row.fetchAll(database, sql: "SELECT * FROM checkpoint ORDER BY epochs DESC").map { row in
        try self.database.verify(row, .checkpoint)
        let (checkpoint, epochs) = (try row.checkpoint(), try row.count("epochs"))
        // Files of the journal are deleted when they are old: none but those that are called so by this program.
        guard checkpoint.file == Self.checkpointName(epochs: epochs) else {
          throw Row.outside("the checkpoint after \(counted(epochs, "epoch"))", checkpoint.file)
        }
        return (checkpoint: checkpoint, epochs: epochs)
      }
    }
  }
}
