import Text
import Yams

extension YamlError {
  /// What is wrong, and where, in one line without the text of the file.
  package var words: String {
    switch self {
    case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
      .composer(_, let problem, let mark, _):
      // What follows in the library's text names its own functions.
      "line \(mark.line), column \(mark.column): "
        + (problem.contains("nesting level") ? "nesting is too deep" : cut(problem, Self.longest))
    case .reader(let problem, let offset, _, _):
      cut(problem, Self.longest) + (offset.map { ", character \($0)" } ?? "")
    case .duplicatedKeysInMapping(let keys, let context):
      "line \(context.mark.line), column \(context.mark.column): found '\(printable(cut(keys.joined(separator: "', '"), Self.longest)))' more than once, expected each once"
    default: printable(cut("\(self)", Self.longest))
    }
  }

  private static let longest = 200
}
