/// What is wrong with a recipe, or with the request for one, in one line.
public enum RecipeError: Error, Hashable, CustomStringConvertible {
  /// There is no such table, or no such recipe in it.
  ///
  /// The command is the one that was probably meant.
  case unknown(_ what: String, found: String, known: [String], command: String?)
  /// Only a table is named.
  case nameMissing(table: String, known: [String])
  /// A recipe's file is not as it must be.
  case badFile(_ path: String, found: String, expected: String)

  public var description: String {
    switch self {
    case .unknown(let what, let found, let known, let command):
      "no \(what) is called '\(found)'; \(command.map { "did you mean `\($0)`? " } ?? "")there are "
        + known.joined(separator: ", ")
    case .nameMissing(let table, let known):
      "found no model beside \(table), expected one of \(known.joined(separator: ", ")); see `pba reproduce --list`"
    case .badFile(let path, let found, let expected):
      "\(path): found \(found), expected \(expected); install the program again together with its resources"
    }
  }
}
