import Files
import Foundation
import RunStore

/// Writes what TensorBoard shows of a comparison's trainings, each a group by the name of its folder.
struct ComparisonTensorBoard {
  private let trainings: TrainingTensorBoard

  /// Brings the folder in line with the journals of the trainings that are begun.
  init(_ run: RunDirectory) throws {
    let folder = ComparisonFolder(run.path).trainingsPath
    var epochs: [String: [EpochRecord]] = [:]
    if FileKind(at: folder) == .folder {
      for name in try AtomicFile.names(in: folder) where FileKind(at: folder + "/" + name) == .folder {
        // A training that was killed before its journal began has no epochs.
        guard let training = try? RunDirectory.read(folder + "/" + name) else { continue }
        epochs[name] = try TrainingJournal(training).epochs()
      }
    }
    trainings = try TrainingTensorBoard(run.tensorBoardPath, epochs: epochs)
  }

  /// Writes an epoch of the training in a folder.
  func take(_ record: EpochRecord, of path: String) {
    trainings.take(record, of: path.split(separator: "/").last.map(String.init) ?? path)
  }
}
