/// The control groups of Linux, of both versions, that this program belongs to.
struct ControlGroups {
  /// What stands before `/proc` and `/sys`.
  let root: String

  /// The time that the program gets, in cores: the smallest quota of its groups and of those around them; nil where none has one.
  var quota: Double? {
    let mounts = mounts
    let groups = (textFile(root + "/proc/self/cgroup") ?? "").split(separator: "\n").compactMap(Group.init)
    let quotas = groups.flatMap { group in
      mounts.filter { $0.version == group.version }.flatMap { mount in
        mount.folders(to: group.path).compactMap { quota(of: root + $0, version: group.version) }
      }
    }
    return quotas.min()
  }

  private enum Version { case one, two }

  /// A line of `/proc/self/cgroup`, such as `0::/user.slice` or `4:cpu,cpuacct:/docker/0af3`, of a kind that has quotas.
  private struct Group {
    let version: Version
    let path: Substring

    init?(_ line: Substring) {
      let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard fields.count == 3 else { return nil }
      if fields[0] == "0" && fields[1].isEmpty {
        version = .two
      } else if fields[1].split(separator: ",").contains("cpu") {
        version = .one
      } else {
        return nil
      }
      path = fields[2]
    }
  }

  /// A place where a tree of groups is seen.
  private struct Mount {
    let version: Version
    /// The group that is seen at the place, as paths in `/proc/self/cgroup` begin.
    let top: String
    let place: String

    /// A line of `/proc/self/mountinfo`, such as `32 31 0:29 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu`.
    init?(_ line: Substring) {
      let fields = line.split(separator: " ")
      guard let dash = fields.firstIndex(of: "-"), dash >= 5, fields.count > dash + 3 else { return nil }
      switch fields[dash + 1] {
      case "cgroup2": version = .two
      case "cgroup" where fields[dash + 3].split(separator: ",").contains("cpu"): version = .one
      default: return nil
      }
      top = Self.plain(fields[3])
      place = Self.plain(fields[4])
    }

    /// The folders of a group and of those around it, as far as they are seen here.
    func folders(to path: Substring) -> [String] {
      var names = path.split(separator: "/")[...]
      let above = top.split(separator: "/")
      // Within a container the path may be that of the machine, or begin above what is seen; then only the top is.
      if names.starts(with: above) { names = names.dropFirst(above.count) } else { names = [] }
      if names.contains("..") { names = [] }
      return (0...names.count).map { ([place] + names.prefix($0).map(String.init)).joined(separator: "/") }
    }

    /// Without the octal numbers that stand for blanks.
    private static func plain(_ text: Substring) -> String {
      var bytes: [UInt8] = []
      var rest = Array(text.utf8)[...]
      while let byte = rest.popFirst() {
        if byte == UInt8(ascii: "\\"), rest.count >= 3,
          let code = UInt8(String(decoding: rest.prefix(3), as: UTF8.self), radix: 8)
        {
          bytes.append(code)
          rest = rest.dropFirst(3)
        } else {
          bytes.append(byte)
        }
      }
      return String(decoding: bytes, as: UTF8.self)
    }
  }

  private var mounts: [Mount] {
    (textFile(root + "/proc/self/mountinfo") ?? "").split(separator: "\n").compactMap(Mount.init)
  }

  /// The quota of one group alone; nil where it has none.
  private func quota(of folder: String, version: Version) -> Double? {
    func numbers(_ name: String) -> [Double?] {
      (textFile(folder + "/" + name) ?? "").split(whereSeparator: \.isWhitespace).map { Double($0) }
    }
    let parts =
      switch version {
      case .one: numbers("cpu.cfs_quota_us").prefix(1) + numbers("cpu.cfs_period_us").prefix(1)
      case .two: numbers("cpu.max").prefix(2)
      }
    // Without a limit the first is -1, or the word max.
    guard parts.count == 2, let time = parts[0], let period = parts[1], time > 0, period > 0 else {
      return nil
    }
    return time / period
  }
}
