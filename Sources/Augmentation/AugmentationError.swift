/// An error in a request to this module.
public enum AugmentationError: Error, Equatable, CustomStringConvertible {
  /// No operation has this name; `nearest` is the most similar name, where one is similar.
  case unknownOperation(name: String, nearest: String?)

  /// The reason in one line, with the most similar name where there is one.
  public var description: String {
    switch self {
    case .unknownOperation(let name, let nearest?):
      "unknown operation '\(name)'; did you mean '\(nearest)'?"
    case .unknownOperation(let name, nil):
      "unknown operation '\(name)'; expected one of "
        + Operation.catalogue.map(\.name).joined(separator: ", ")
    }
  }
}
