import Foundation
import Reports
import RunStore

/// The command line that reproduces a run, every setting of the run spelt out.
package struct RunCommandLine {
  private let command: String
  private let settings: Settings
  private let contents: RunContents
  private let changes: [(trained: Int, epochs: Int)]

  /// - Parameters:
  ///   - command: `search`, `train` or `compare`.
  ///   - settings: the settings of the run.
  ///   - contents: the run.
  ///   - changes: the earlier lengths of a training, and after how many epochs each was changed.
  package init(
    _ command: String, _ settings: Settings, _ contents: RunContents,
    changes: [(trained: Int, epochs: Int)] = []
  ) {
    self.command = command
    self.settings = settings
    self.contents = contents
    // A length that was changed again before anything was trained decided nothing.
    self.changes = changes.enumerated().filter { place, change in
      place == 0 || changes[place - 1].trained != change.trained
    }.map(\.element)
  }

  package var commands: RunCommands {
    RunCommands(
      again: again + longer,
      resume: "pba \(command) --resume --run \(quoted(contents.path))",
      version: Version.text)
  }

  /// What changes the length of the run, as often as it was changed, to be added to the first command.
  private var longer: String {
    let lengths = changes.dropFirst().map(\.epochs) + [settings.epochs ?? 0]
    return zip(changes.indices, lengths).map { index, length in
      // No option stops a training after so many epochs; what follows is then for a person.
      (endedItself(index) ? " && " : "  # stop it after epoch \(changes[index].trained), then:\n")
        + "pba \(command) --resume --epochs \(length) --run NEW"
    }.joined()
  }

  /// Whether the training was at its end, by its length or its patience, when its length was changed.
  private func endedItself(_ index: Int) -> Bool {
    let (trained, epochs) = changes[index]
    if trained == epochs { return true }
    guard let patience = settings.patience, case .training(let records) = contents.history else {
      return false
    }
    // Validations count since the best one, or since the change before.
    let validated = records.prefix(trained).filter { $0.validationAccuracy != nil }
    let best = validated.bestValidated.map { $0.epoch + 1 } ?? 0
    let begin = max(best, index > 0 ? changes[index - 1].trained : 0)
    return validated.filter { $0.epoch >= begin }.count >= patience
  }

  private var again: String {
    var first = settings
    if let change = changes.first { first.epochs = change.epochs }
    // A schedule's file may have changed since; the run has a copy of its own.
    if contents.kind == .train, contents.schedule != nil, first.policy != nil {
      first.policy = RunDirectory.schedulePath(in: contents.path)
    }
    return (["pba", command] + first.arguments + ["--run", "NEW"]).map(quoted).joined(separator: " ")
  }
}

/// A word as a shell takes it: as it is where that is safe, otherwise between single quotes.
func quoted(_ word: String) -> String {
  let plain = word.unicodeScalars.allSatisfy { scalar in
    scalar.isASCII
      && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar)
        || "_-./:,@%+=".unicodeScalars.contains(scalar))
  }
  return plain && !word.isEmpty ? word : "'" + word.replacing("'", with: "'\\''") + "'"
}
