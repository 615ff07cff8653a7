import Text
import Foundation
import Reports
import RunStore

/// The command line that reproduces a run, every setting of the run spelt out.
struct RunCommandLine {
  private let command: String
  private let settings: Settings
  private let contents: RunContents
  private let changes: [(trained: Int, epochs: Int)]

  /// - Parameters:
  ///   - command: `search`, `train` or `compare`.
  ///   - settings: the settings of the run.
  ///   - contents: the run.
  ///   - changes: the earlier lengths of a training, and after how many epochs each was changed.
  init(
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

  var commands: RunCommands {
    get throws {
      RunCommands(
        again: try again + longer,
        resume: "pba \(command) --resume --run \(quoted(contents.path))",
        version: Version.text)
    }
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
    get throws {
      let start = "pba \(command)"
      let end = "--run NEW"
      return ([start] + (try flags) + [end]).joined(separator: " ")
    }
  }

  private var flags: [String] {
    get throws {
      let values = try settings.values()
      return Settings.CodingKeys.allCases.compactMap { key in
        values[key.rawValue].flatMap { flag(key, $0) }
      }
    }
  }

  private func flag(_ key: Settings.CodingKeys, _ value: JSONValue) -> String? {
    switch (key, value) {
    case (.asynchronous, .bool(let isOn)), (.skipUnreadable, .bool(let isOn)): isOn ? name(key) : nil
    case (.epochs, _) where !changes.isEmpty: "\(name(key)) \(changes[0].epochs)"
    case (_, .bool(let isOn)): isOn ? name(key) : name(key).replacing("--", with: "--no-", maxReplacements: 1)
    // A schedule's file may have changed since; the run has a copy of its own.
    case (.policy, _) where contents.schedule != nil && contents.kind == .train:
      name(key) + " " + quoted(RunDirectory.schedulePath(in: contents.path))
    case (_, .array(let words)): name(key) + " " + quoted(words.map(text).joined(separator: ","))
    default: name(key) + " " + quoted(text(value))
    }
  }

  private func text(_ value: JSONValue) -> String {
    if case .string(let words) = value { words } else { value.text }
  }

  private func name(_ key: Settings.CodingKeys) -> String { key.flag }
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
