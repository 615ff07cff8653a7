/// A file that cannot be read or written, in one line for the user.
public struct ImageFileError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The file's path, or the name given to bytes that came from elsewhere.
  public let file: String
  /// The byte in the file where the fault was seen, when there is one.
  public let offset: Int?
  /// What was found, and what was expected.
  public let problem: String
  /// What the user can do about it.
  public let cure: String

  /// Makes an error from its parts.
  package init(file: String, offset: Int? = nil, problem: String, cure: String) {
    self.file = file
    self.offset = offset
    self.problem = problem
    self.cure = cure
  }

  /// One line: the file, the byte, the problem and what to do.
  public var description: String {
    let place = offset.map { ", byte \($0)" } ?? ""
    return "\(file)\(place): \(problem); \(cure)"
  }
}
