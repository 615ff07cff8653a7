import ArgumentParser
import Files
import Foundation
import RunStore
import Text
import Training

/// A checkpoint that an option names.
struct NamedCheckpoint {
  /// Where its file is.
  let path: String
  /// The file's bytes.
  let file: Data

  /// The help of such an option.
  static let help: ArgumentHelp =
    "The checkpoint, a safetensors file that pba wrote; or the folder of a training: its best one where it was validated between epochs, otherwise its newest."

  /// Reads the file that `argument` is, or that the training in this folder has.
  init(_ argument: String) throws {
    path = try checkpointFile(argument)
    guard !path.hasSuffix(CheckpointFormat.archive.suffix) else {
      throw SettingsError(
        "\(printable(path)): found what a trainer of your own has saved, expected a network of pba; unpack it with tar, and load it as your"
          + " class does", isUsageMistake: false)
    }
    file = Data(try readBytes(path, limit: 1 << 34))
  }
}

/// The file of a checkpoint that an option names by itself, or by the folder of the training that made it.
///
/// Of a training that was validated between its epochs it is the best one, of others the newest.
func checkpointFile(_ argument: String) throws -> String {
  guard Folder.isThere(argument) else { return argument }
  let run = try RunDirectory.read(argument)
  let configuration = try run.configuration(TrainingConfiguration.self)
  let journal = TrainingJournal(run)
  let files = try journal.checkpointsThere()
  guard let newest = files.keys.max(), let newestFile = files[newest] else {
    throw SettingsError(
      "\(printable(argument)): found no checkpoint of this training, expected one; name a file",
      isUsageMistake: false)
  }
  let best =
    try configuration.validateEvery == nil ? nil : journal.epochs().bestValidated.map { $0.epoch + 1 }
  if let best, let file = files[best] {
    printNote("\(printable(file)): the best by validation accuracy, after epoch \(best)")
    return file
  }
  printNote(
    "\(printable(newestFile)): the newest, after epoch \(newest)"
      + (best.map { "; the best, after epoch \($0), is missing" } ?? ""))
  return newestFile
}
