import Text
import Yams

extension YamlError {
  /// What is wrong, and where, in one line without the text of the file.
  var words: String {
    switch self {
    case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
      .composer(_, let problem, let mark, _):
      "line \(mark.line), column \(mark.column): \(problem)"
    case .reader(let problem, let offset, _, _):
      problem + (offset.map { ", character \($0)" } ?? "")
    case .duplicatedKeysInMapping(let keys, _):
      "found '\(printable(keys.joined(separator: "', '")))' more than once, expected each once"
    default: printable("\(self)")
    }
  }
}
