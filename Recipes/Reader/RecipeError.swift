import Augmentation

/// What is wrong with a recipe, or with the request for one, in one line.
public enum RecipeError: Error, Hashable, CustomStringConvertible {
  /// There is no such table, or no such recipe in it.
  case unknown(_ what: String, found: String, known: [String], nearest: String?)
  /// A recipe's file is not as it must be.
  case badFile(_ path: String, found: String, expected: String)

  static func unknown(_ what: String, _ found: String, among known: [String]) -> RecipeError {
    .unknown(what, found: found, known: known, nearest: nearestName(to: found, among: known))
  }

  public var description: String {
    switch self {
    case .unknown(let what, let found, let known, let nearest):
      "no \(what) is called '\(found)'; \(nearest.map { "did you mean \($0)? " } ?? "")there are "
        + known.joined(separator: ", ")
    case .badFile(let path, let found, let expected):
      "\(path): found \(found), expected \(expected); install the program again together with its resources"
    }
  }
}
