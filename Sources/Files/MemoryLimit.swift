import Foundation

/// How much memory a process may have, as far as it can be known before it asks.
///
/// Linux gives memory out before there is any, and kills whoever uses it; so what needs much is compared with this first.
public struct MemoryLimit: Sendable {
  /// What stands before `/proc` and `/sys`.
  private let root: String
  /// The machine's memory.
  private let physical: Int
  /// The limits of this process's address space and data, where it has any.
  private let ownLimits: [Int]

  /// The limits of this process.
  public init() {
    self.init(
      root: "", physical: Int(clamping: ProcessInfo.processInfo.physicalMemory),
      ownLimits: limitsOfProcess)
  }

  /// As above, by the files below another root.
  package init(root: String, physical: Int, ownLimits: [Int]) {
    self.root = root
    self.physical = physical
    self.ownLimits = ownLimits
  }

  /// Bytes of the machine with its swap space, or of the smallest limit: the process's own (`ulimit -v`, `-d`), and those of its
  /// control groups and the ones around them.
  public var bytes: Int { (ownLimits + groupLimits + [physical + swap]).min() ?? physical }

  /// Bytes of the limit that this process does not have yet, as far as it tells; files that are mapped are not counted, as the
  /// system takes them back where it must.
  public var left: Int {
    let pages = (text("/proc/self/statm") ?? "").split(separator: " ").compactMap { Int($0) }
    guard pages.count > 2 else { return bytes }
    return max(bytes - max(pages[1] - pages[2], 0) * Int(getpagesize()), 0)
  }

  private var swap: Int {
    let line = text("/proc/meminfo")?.split(separator: "\n").first { $0.hasPrefix("SwapTotal:") }
    return line?.split(separator: " ").dropFirst().first.flatMap { Int($0) }.map { $0 * 1024 } ?? 0
  }

  private var groupLimits: [Int] {
    (text("/proc/self/cgroup") ?? "").split(separator: "\n").flatMap { line -> [Int] in
      let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard fields.count == 3 else { return [] }
      if fields[0] == "0" && fields[1].isEmpty {
        return limits(in: "/sys/fs/cgroup", of: fields[2], file: "memory.max")
      }
      guard fields[1].split(separator: ",").contains("memory") else { return [] }
      return limits(in: "/sys/fs/cgroup/memory", of: fields[2], file: "memory.limit_in_bytes")
    }
  }

  /// The limits of a group and of those around it, as far as they are seen here; without one it says `max`, or more than any
  /// machine has.
  private func limits(in place: String, of group: Substring, file: String) -> [Int] {
    let names = group.split(separator: "/")
    return (0...names.count).compactMap { depth in
      let folder = ([place] + names.prefix(depth).map(String.init)).joined(separator: "/")
      return text("\(folder)/\(file)").flatMap { Int($0.trimmingCharacters(in: .whitespacesAndNewlines)) }
    }
  }

  private func text(_ file: String) -> String? {
    (try? FileHandle(forReadingAtPath: root + file)?.readToEnd()).map { String(decoding: $0, as: UTF8.self) }
  }
}

/// The process's limits of its address space and of its data, where it has any.
private var limitsOfProcess: [Int] {
  #if canImport(Darwin)
    let resources = [RLIMIT_AS, RLIMIT_DATA]
  #else
    let resources = [RLIMIT_AS.rawValue, RLIMIT_DATA.rawValue]
  #endif
  return resources.compactMap { resource in
    var limit = rlimit()
    guard getrlimit(.init(resource), &limit) == 0, limit.rlim_cur < rlim_t(Int.max) else { return nil }
    return Int(limit.rlim_cur)
  }
}
