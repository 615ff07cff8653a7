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

  /// A path from the root of the file system, without `.` and, where that leads to the same place, without `..`.
  ///
  /// Links are not followed, so a `..` after one stays. Throws `FileError` where a relative path begins nowhere.
  public static func wholePath(_ path: String) throws -> String {
    var whole = ""
    if !path.hasPrefix("/") {
      guard let folder = getcwd(nil, 0) else {
        throw FileError(path: path, action: "find it", reason: systemReason(ENOENT))
      }
      defer { free(folder) }
      whole = String(cString: folder)
      if whole == "/" { whole = "" }
    }
    for part in path.split(separator: "/") where part != "." {
      if part == "..", whole.isEmpty { continue }
      if part == "..", !whole.hasSuffix("/.."), FileKind(at: whole) != .link {
        whole = String(whole[..<(whole.lastIndex(of: "/") ?? whole.startIndex)])
      } else {
        whole += "/" + part
      }
    }
    return whole.isEmpty ? "/" : whole
  }
}
