import Foundation
import Interop
import RunStore
import Threads

/// Writes what TensorBoard shows of one training or of several, while they run.
///
/// No training depends on it: where a file cannot be written any more, a note says so and the training continues.
final class TrainingTensorBoard: @unchecked Sendable {
  // The lock guards the variables below, so sharing the object is safe.
  private let lock = ThreadLock()
  private var folder: TensorBoardFolder
  private var epochs: [String: [EpochRecord]]
  private var hasFailed = false

  /// Makes the folder hold the epochs that the journals hold.
  ///
  /// - Parameters:
  ///   - path: the folder.
  ///   - epochs: those of each training by the name of its group.
  /// - Throws: `FileError` where the folder cannot be written.
  init(_ path: String, epochs: [String: [EpochRecord]]) throws {
    folder = TensorBoardFolder(path)
    self.epochs = epochs
    try restore()
  }

  /// Writes an epoch that was recorded.
  func take(_ record: EpochRecord, of group: String) {
    lock.withLock {
      guard !hasFailed else { return }
      // A training that lost its last checkpoint trains epochs again that are written already.
      let isNext = record.epoch == epochs[group]?.count ?? 0
      epochs[group] = (epochs[group] ?? []).prefix(record.epoch) + [record]
      do {
        if isNext { try folder.append([Self.entry(record, group)]) } else { try restore() }
      } catch {
        hasFailed = true
        noteBrokenTensorBoard(error)
      }
    }
  }

  private func restore() throws {
    try folder.restore(
      epochs.flatMap { group, records in records.map { Self.entry($0, group) } })
  }

  private static func entry(_ record: EpochRecord, _ group: String) -> TensorBoardFolder.Entry {
    var scalars = [
      ScalarPoint.Scalar("loss/train", record.trainLoss),
      ScalarPoint.Scalar("accuracy/train", record.trainAccuracy),
      ScalarPoint.Scalar("learning_rate", record.learningRate),
    ]
    if let accuracy = record.validationAccuracy {
      scalars.append(ScalarPoint.Scalar("accuracy/validation", accuracy))
    }
    if let loss = record.validationLoss { scalars.append(ScalarPoint.Scalar("loss/validation", loss)) }
    if let accuracy = record.testAccuracy { scalars.append(ScalarPoint.Scalar("accuracy/test", accuracy)) }
    return (group, ScalarPoint(step: record.epoch + 1, scalars: scalars))
  }
}
