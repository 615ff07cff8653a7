import Text

/// What is wrong with a policy, a schedule or a log, and where.
public struct PolicyError: ExplainedError, Hashable, Sendable {
  /// The file, if the text came from one.
  public let file: String?
  /// The place in the file or value, such as `segments[3].policy[12].magnitude`; empty for the whole.
  public let place: String
  /// What stands there.
  public let found: String
  /// What would be valid there.
  public let expected: String
  /// What to do, where that is not obvious.
  public let cure: ErrorText?

  /// Makes an error from its parts.
  public init(
    file: String? = nil, place: String = "", found: String, expected: String, cure: ErrorText? = nil
  ) {
    self.file = file
    self.place = place
    self.found = found
    self.expected = expected
    self.cure = cure
  }

  /// One line: the file, the place in it, what was found, what was expected and what to do.
  public var text: ErrorText {
    // Without a file the place may be a setting.
    let origin: ErrorText =
      switch (file.map(printable), place) {
      case (nil, ""): ""
      case (nil, _): "\(setting: place): "
      case (let file?, ""): "\(file): "
      case (let file?, _): "\(file): \(place): "
      }
    return origin + "found \(found), expected \(expected)" + (cure.map { ": " + $0 } ?? "")
  }
}

extension PolicyError {
  /// The same error in a named file.
  package func inFile(_ path: String) -> PolicyError {
    PolicyError(file: path, place: place, found: found, expected: expected, cure: cure)
  }
}
