/// What is wrong with a recipe, or with the request for one, in one line.
public enum RecipeError: Error, Hashable, CustomStringConvertible {
  /// There is no such table, or no such recipe in it.
  ///
  /// The commands are those that were probably meant, the likeliest first.
  case unknown(_ what: String, found: String, known: [String], commands: [String])
  /// Only a table is named; the commands are those of its recipes.
  case nameMissing(table: String, commands: [String])
  /// A recipe's file is not as it must be.
  case badFile(_ path: String, found: String, expected: String)

  /// What was found, what there is and the commands that were probably meant.
  public var description: String {
    switch self {
    case .unknown(let what, let found, let known, let commands):
      "no \(what) is called '\(found)'; "
        + (commands.isEmpty
          ? "" : "did you mean \(commands.map { "`\($0)`" }.joined(separator: ", or "))? ")
        + "there are " + known.joined(separator: ", ")
    case .nameMissing(let table, let commands):
      "found no model beside \(table), expected one: \(commands.map { "`\($0)`" }.joined(separator: ", "))"
    case .badFile(let path, let found, let expected):
      "\(path): found \(found), expected \(expected); install the program again together with its resources"
    }
  }
}
