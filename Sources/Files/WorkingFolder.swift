#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The folder to which relative paths refer.
public enum WorkingFolder {
  /// Whether it is still there; it may have been removed since the program, or its shell, entered it.
  public static var isThere: Bool {
    guard let path = getcwd(nil, 0) else { return false }
    free(path)
    return true
  }

  /// What to do where it was deleted.
  static let cure = "the working directory was deleted: change to another one, or use absolute paths"

  /// A path from the root of the file system, without `.` and `..`; links are not followed.
  ///
  /// Throws `FileError` where a relative path begins nowhere.
  public static func wholePath(_ path: String) throws -> String {
    guard path.hasPrefix("/") || isThere else {
      throw FileError(path: path, action: "find it", reason: systemReason(ENOENT))
    }
    return URL(fileURLWithPath: path).standardized.path
  }
}
