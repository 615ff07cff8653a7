#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// How many cores this program may keep busy.
public enum CoreCount {
  /// The cores that the program may run on, and no more than its control groups give it time for; at least 1.
  ///
  /// A quota counts as whole cores, rounded up.
  public static let usable = usable(root: "", online: Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))))

  /// As ``usable``, by the files below another root, on a machine with so many cores.
  package static func usable(root: String, online: Int) -> Int {
    let files = SystemFiles(root: root)
    let allowed = affinity(files).map { min($0, online) } ?? online
    let quota = ControlGroups(files: files).quota.map { Int(min($0.rounded(.up), Double(Int32.max))) }
    return max(1, min(allowed, quota ?? allowed))
  }

  /// The number of cores that are online and that the program may run on; nil where the system does not say.
  private static func affinity(_ files: SystemFiles) -> Int? {
    let line = files.lines("/proc/self/status").first { $0.hasPrefix("Cpus_allowed_list:") }
    guard let list = line?.split(separator: ":").last, let allowed = ranges(list) else { return nil }
    // What is allowed may name cores that the machine could have and has not.
    guard let text = files.text("/sys/devices/system/cpu/online"), let online = ranges(text[...]) else {
      return allowed.reduce(0) { $0 + $1.count }
    }
    return allowed.reduce(0) { sum, some in
      online.reduce(sum) { $0 + $1.clamped(to: some).count }
    }
  }

  /// Reads a list such as "0-3,8", of ranges that do not overlap; nil for anything else.
  private static func ranges(_ list: Substring) -> [Range<Int>]? {
    var ranges: [Range<Int>] = []
    for part in list.split(whereSeparator: { $0 == "," || $0.isWhitespace }) {
      let ends = part.split(separator: "-", maxSplits: 1).map { Int($0) }
      guard let first = ends[0], let last = ends[ends.count - 1], first >= 0, first <= last, last < .max
      else { return nil }
      ranges.append(first..<last + 1)
    }
    return ranges.isEmpty ? nil : ranges
  }
}
