/// Names under which files are written before they get their own.
///
/// A name that can be foreseen may be taken before: by a link, whose target would be written over. So each holds 64 bits
/// that no other process knows, and the file is created only where there is none.
public enum TemporaryName {
  /// The end of every temporary name, by which what a killed process left is recognised.
  public static let suffix = ".partial"

  /// The bytes of a final name that its temporary name begins with; file systems take 255 for the whole.
  private static let longestBeginning = 200

  /// A temporary path beside a final one, another each time.
  public static func path(for path: String) -> String {
    self.path(for: path, token: hexadecimal(randomBytes(8)))
  }

  /// Whether a path is a temporary one of a final path.
  public static func isTemporary(_ temporary: String, for path: String) -> Bool {
    temporary.hasPrefix(path + ".") && temporary.hasSuffix(suffix)
  }

  fileprivate static func path(for path: String, token: String) -> String {
    let folder = path.lastIndex(of: "/").map { path[...$0] } ?? ""
    let name = path.utf8.dropFirst(folder.utf8.count).prefix(longestBeginning)
    return "\(folder)\(String(decoding: name, as: UTF8.self)).\(token)\(suffix)"
  }

  fileprivate static func randomBytes(_ count: Int) -> [UInt8] {
    // The system's numbers: these names are to be unforeseeable, which nothing else here is.
    var system = SystemRandomNumberGenerator()
    return (0..<count).map { _ in system.next() }
  }
}

/// Temporary names that are the same for the same final path, when it is written and when it is renamed.
///
/// They follow from a secret of this value, so that one that was seen does not reveal the next.
public struct TemporaryNames: Sendable {
  private let secret = TemporaryName.randomBytes(16)

  /// Names with a secret of their own.
  public init() {}

  /// The temporary path that belongs to a final path.
  public func path(for path: String) -> String {
    let token = HashFunction.sha256(secret + Array(path.utf8)).prefix(8)
    return TemporaryName.path(for: path, token: hexadecimal(token))
  }
}
