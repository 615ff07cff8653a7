import Datasets
import Files
import Foundation
import Text
import Training

extension TrainingConfiguration {
  /// Takes in the checkpoint that the training begins with.
  ///
  /// - Parameters:
  ///   - path: the checkpoint, or the folder of a training.
  ///   - recorded: the settings of the run that is resumed: it does not need the file again unless all its own
  ///     checkpoints are lost.
  /// - Throws: `FileError` where the file cannot be read.
  mutating func begin(from path: String, resuming recorded: TrainingConfiguration?) throws {
    // A resumed run names the file itself, which need not be there.
    let path =
      try recorded?.from == path ? path : WorkingFolder.wholePath(checkpointFile(path))
    from = path
    fromDigest =
      try recorded?.from == path
      ? recorded?.fromDigest : FileDigest(of: Data(readBytes(path, limit: .max))).sha256
  }

  /// Throws if a new training lacks validation images that it asks for, or begins with a checkpoint that does not fit its
  /// network.
  func requireUsable(_ data: DatasetSplits) throws {
    try requireValidation(in: data)
    guard let from else { return }
    let file = Data(try readBytes(from, limit: .max))
    guard fromDigest == FileDigest(of: file).sha256 else {
      throw TrainingError.checkpoint("\(printable(from)): it changed while it was read; begin again")
    }
    try Trainer(recipe: recipe, data: data).warmStart(from: file, name: printable(from))
  }
}
