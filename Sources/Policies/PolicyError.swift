import Text

/// What is wrong with a policy, a schedule or a log, and where.
public struct PolicyError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The file, if the text came from one.
  public let file: String?
  /// The place in the file or value, such as `segments[3].policy[12].magnitude`; empty for the whole.
  public let place: String
  /// What stands there.
  public let found: String
  /// What would be right there, with the cure where it is not obvious.
  public let expected: String

  /// Makes an error from its parts.
  public init(file: String? = nil, place: String = "", found: String, expected: String) {
    self.file = file
    self.place = place
    self.found = found
    self.expected = expected
  }

  /// One line: the file, the place in it, what was found and what was expected.
  public var description: String {
    let origin = [file.map(printable), place].compactMap { $0 }.filter { !$0.isEmpty }
    return (origin + ["found \(found), expected \(expected)"]).joined(separator: ": ")
  }
}

extension PolicyError {
  /// The same error in a named file.
  package func inFile(_ path: String) -> PolicyError {
    PolicyError(file: path, place: place, found: found, expected: expected)
  }
}
