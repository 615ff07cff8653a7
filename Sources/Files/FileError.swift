/// A file that the system refuses to work with, in one line for the user.
public struct FileError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The file or folder.
  public let path: String
  /// What was to be done, as in "cannot open".
  public let action: String
  /// The system's words, or what was found.
  public let reason: String
  /// What the user can do about it, where that is not plain from the reason.
  public let cure: String?

  public init(path: String, action: String, reason: String, cure: String? = nil) {
    self.path = path
    self.action = action
    self.reason = reason
    self.cure = cure
  }

  public var description: String {
    "\(path): cannot \(action): \(reason)\(cure.map { "; " + $0 } ?? "")"
  }
}
