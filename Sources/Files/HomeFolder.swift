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

/// Where the user's own files are: what `~` stands for, and the folder of caches.
///
/// As in shells the variable HOME says it, and the system's list of users where that is not set.
public struct HomeFolder: Sendable {
  private let environment: [String: String]
  /// The home folder of a user; of this process's user for nil.
  private let entry: @Sendable (_ user: String?) -> String?

  /// - Parameters:
  ///   - environment: the variables, of which HOME and XDG_CACHE_HOME are looked at.
  ///   - entry: the home folder that the system's list of users has; of this process's user for nil.
  public init(
    environment: [String: String] = ProcessInfo.processInfo.environment,
    entry: @escaping @Sendable (_ user: String?) -> String? = listedHome
  ) {
    self.environment = environment
    self.entry = entry
  }

  /// The home folder of this process's user; nil where nothing says it.
  public var path: String? {
    if let home = environment["HOME"], !home.isEmpty { return home }
    return entry(nil)
  }

  /// A path with a leading `~`, or `~NAME`, replaced by that user's home folder.
  ///
  /// It stays as it is where there is no such folder.
  public func expanding(_ path: String) -> String {
    guard path.hasPrefix("~") else { return path }
    let end = path.firstIndex(of: "/") ?? path.endIndex
    let name = String(path[path.index(after: path.startIndex)..<end])
    guard let home = name.isEmpty ? self.path : entry(name) else { return path }
    let rest = path[end...]
    // A home folder `/` must not make `//` of it.
    return home.hasSuffix("/") ? home + rest.dropFirst() : home + rest
  }

  /// As `expanding`, for a path where something is to be written.
  ///
  /// Throws `FileError` where it is not known which folder is meant, rather than making one called `~`.
  public func resolving(_ path: String) throws -> String {
    let expanded = expanding(path)
    guard expanded == path, path.hasPrefix("~") else { return expanded }
    throw FileError(
      path: path, action: "find the home folder",
      reason: "HOME is not set, and the system's list of users does not have it",
      cure: "set HOME, or name the folder by its whole path")
  }

  /// A folder below that of caches: in XDG_CACHE_HOME where that is an absolute path, otherwise in `~/.cache`.
  ///
  /// See the XDG Base Directory Specification. A leading `~` is not replaced yet.
  public func cacheFolder(_ name: String) -> String {
    guard let caches = environment["XDG_CACHE_HOME"], caches.hasPrefix("/") else { return "~/.cache/\(name)" }
    return caches.hasSuffix("/") ? caches + name : "\(caches)/\(name)"
  }
}

/// The home folder that the system's list of users has; of this process's user for nil.
public func listedHome(_ user: String?) -> String? {
  var size = 1 << 12
  while size <= 1 << 20 {
    let (code, home) = listedHome(user, room: size)
    if code != ERANGE { return home.flatMap { $0.isEmpty ? nil : $0 } }
    size *= 2
  }
  return nil
}

private func listedHome(_ user: String?, room: Int) -> (code: Int32, home: String?) {
  withUnsafeTemporaryAllocation(of: CChar.self, capacity: room) { buffer in
    guard let start = buffer.baseAddress else { return (ENOMEM, nil) }
    var record = passwd()
    var found: UnsafeMutablePointer<passwd>?
    let code =
      if let user {
        getpwnam_r(user, &record, start, room, &found)
      } else {
        getpwuid_r(geteuid(), &record, start, room, &found)
      }
    return (code, found.flatMap { $0.pointee.pw_dir }.map { String(cString: $0) })
  }
}
