import Policies
import Text

extension SearchSpace {
  /// How the space that was asked for differs from the recorded one, in words.
  ///
  /// - Parameters:
  ///   - recorded: the text among a run's settings; nil for PBA's space.
  ///   - requested: the text that was asked for; nil for PBA's space.
  /// - Returns: both names, and the first part in which they differ.
  static func difference(from recorded: String?, to requested: String?) -> String {
    let (old, new) = (read(recorded), read(requested))
    let names = "found \(JSONValue.string(new.name).summary), expected \(JSONValue.string(old.name).summary)"
    return names + (firstDifference(old, new).map { ", with which it was begun (\($0))" } ?? "")
  }

  private static func read(_ text: String?) -> SearchSpace {
    text.flatMap { try? SearchSpace(jsonText: $0.utf8) } ?? .pba
  }

  private static func firstDifference(_ old: SearchSpace, _ new: SearchSpace) -> String? {
    if old.operationCount != new.operationCount {
      return "operationCount: \(new.operationCount) in place of \(old.operationCount)"
    }
    if old.scalesPixels != new.scalesPixels {
      return "scalePixels: \(new.scalesPixels) in place of \(old.scalesPixels)"
    }
    for (index, pair) in zip(old.choices, new.choices).enumerated() where pair.0 != pair.1 {
      return "operations[\(index)]: \(words(pair.1)) in place of \(words(pair.0))"
    }
    if old.choices.count != new.choices.count {
      return "\(counted(new.choices.count, "operation")) in place of \(old.choices.count)"
    }
    return nil
  }

  /// The space that the settings of a run hold as a text, for people; the text itself where it holds none.
  static func words(of text: String) -> String {
    guard let space = try? SearchSpace(jsonText: text.utf8) else { return text }
    return ([space.name] + space.choices.map(words)).joined(separator: "; ")
  }

  private static func words(_ choice: Choice) -> String {
    let operation = choice.operation
    let bounds =
      operation.bounds.map {
        " from \(shortNumber($0.lowest)) to \(shortNumber($0.highest)) in \(counted($0.steps, "step"))"
      } ?? ""
    return "\(operation.operation.name)\(bounds)\(operation.isSigned ? ", signed" : ""), "
      + counted(choice.entries, "entry", "entries")
  }
}
