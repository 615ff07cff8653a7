#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A file that the system refuses to work with, in one line for the user.
public struct FileError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The file or folder.
  public let path: String
  /// What was to be done, as in "cannot open".
  public let action: String
  /// The system's words, or what was found.
  public let reason: String
  /// What the user can do about it; for the system's usual reasons there is a cure of its own.
  public let cure: String?
  /// The system's number of the reason, as in `errno`; nil where the program gives the reason, or only its words are known.
  package let code: Int32?

  /// - Parameters:
  ///   - path: the file or folder.
  ///   - action: what was to be done, as in "cannot open".
  ///   - reason: the system's words, or what was found.
  ///   - cure: what the user can do about it.
  public init(path: String, action: String, reason: String, cure: String? = nil) {
    self.path = path
    self.action = action
    self.reason = reason
    self.cure = cure
    code = nil
  }

  /// A call of the system that failed, with its words.
  package init(path: String, action: String, code: Int32) {
    self.path = path
    self.action = action
    reason = systemReason(code)
    cure = nil
    self.code = code
  }

  /// One line: the path, the action, the reason and what to do.
  public var description: String {
    "\(path): cannot \(action): \(reason)\((cure ?? usualCure).map { "; " + $0 } ?? "")"
  }

  /// Whether nothing has this name.
  package var isAboutMissingFile: Bool { [ENOENT, ENOTDIR].map(systemReason).contains(reason) }

  /// Whether the user may not do it here.
  public var isRefusedByPermission: Bool { [EACCES, EPERM, EROFS].map(systemReason).contains(reason) }

  private var usualCure: String? {
    if reason == systemReason(ENOENT), !path.hasPrefix("/"), !WorkingFolder.isThere {
      return WorkingFolder.cure
    }
    return Self.usualCure(reason)
  }

  /// What helps against a reason in the system's words, where it is one of the usual.
  package static func usualCure(_ reason: String) -> String? {
    switch reason {
    case systemReason(EACCES), systemReason(EPERM): "have its permissions changed, or name another place"
    case systemReason(EROFS): "name another place"
    case systemReason(ENOSPC), systemReason(EDQUOT): "make room, or name another place"
    case systemReason(EMFILE): "raise the limit of open files (ulimit -n)"
    case systemReason(ENFILE): "close other programs: the machine has no more open files"
    default: nil
    }
  }
}
