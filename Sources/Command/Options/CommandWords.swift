import ArgumentParser
import Augmentation
import Text

/// The words of a command line before its options are looked at.
///
/// The parser takes an unknown command for an argument too many, its `help` passes over one, and an empty text is a value to
/// it as any other.
package struct CommandWords {
  private let words: [String]
  private let program: any ParsableCommand.Type

  /// The words of a program's command line.
  ///
  /// - Parameters:
  ///   - words: without the name of the program.
  ///   - program: its root command.
  package init(_ words: [String], of program: any ParsableCommand.Type = PBA.self) {
    self.words = words
    self.program = program
  }

  /// What is wrong with them, where something is.
  package var complaint: String? { unknownCommand ?? emptyWord }

  private var unknownCommand: String? {
    var command = program
    let name = program._commandName
    let beginning = words.first == Self.help ? [name, Self.help] : [name]
    var path = beginning
    for word in words.dropFirst(beginning.count - 1).prefix(while: { !$0.hasPrefix("-") }) {
      let commands = command.configuration.subcommands
      if let next = commands.first(where: { $0._commandName == word }) {
        path.append(word)
        command = next
      } else if commands.isEmpty {
        // Of a command without commands of its own the other words are arguments.
        guard words.first == Self.help else { return nil }
        let known = path.joined(separator: " ")
        return "found '\(cut(word, 60))' after `\(known)`, expected nothing; did you mean `\(known)`?"
      } else if word == Self.help {
        let meant = [name, Self.help] + path.dropFirst(beginning.count)
        return
          "found '\(word)' after `\(path.joined(separator: " "))`; did you mean `\(meant.joined(separator: " "))`?"
      } else {
        let shown = commands.filter { $0.configuration.shouldDisplay }
        return Self.unknown(word, after: path, among: shown.map { $0._commandName })
      }
    }
    return nil
  }

  private static let help = "help"

  private static func unknown(_ word: String, after path: [String], among names: [String]) -> String {
    // A word this long is no typing slip, and comparing it would only cost time.
    let nearest = word.utf8.count <= 64 ? nearestName(to: word, among: names) : nil
    let hint = nearest.map { "did you mean `\((path + [$0]).joined(separator: " "))`? " } ?? ""
    let place = path.count > 1 ? " of `\(path.joined(separator: " "))`" : ""
    return
      "no command\(place) is called '\(cut(word, 60))'; \(hint)there are \(names.joined(separator: ", "))"
  }

  private var emptyWord: String? {
    for (place, word) in words.prefix(while: { $0 != "--" }).enumerated() {
      let before = place > 0 ? words[place - 1] : program._commandName
      if word.hasPrefix("--"), word.firstIndex(of: "=") == word.indices.last {
        return Self.noValue(String(word.dropLast()))
      }
      if word.isEmpty {
        return before.hasPrefix("-")
          ? Self.noValue(before)
          : "found an empty text after '\(cut(before, 60))', expected a name; a variable of the shell that is not set gives one"
      }
    }
    return nil
  }

  private static func noValue(_ option: String) -> String {
    "\(cut(option, 60)): found an empty text, expected a value; leave the option out, or give it one"
  }
}
