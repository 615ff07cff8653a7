/// The control groups of Linux, of both versions, that this program belongs to.
struct ControlGroups {
  let files: SystemFiles

  /// What a control group limits.
  enum Controller: Substring { case cpu, memory }

  enum Version { case one, two }

  /// A group, and where its files are.
  struct Group {
    let version: Version
    let folder: String
  }

  /// The program's groups of a controller and those around them, whose limits hold too, as far as they are seen here.
  func groups(of controller: Controller) -> [Group] {
    let mounts = files.lines("/proc/self/mountinfo").compactMap { Mount($0, controller) }
    let memberships = files.lines("/proc/self/cgroup").compactMap { Membership($0, controller) }
    return memberships.flatMap { member in
      mounts.filter { $0.version == member.version }.flatMap { mount in
        mount.folders(to: member.path).map { Group(version: member.version, folder: $0) }
      }
    }
  }

  /// A line of `/proc/self/cgroup`, such as `0::/user.slice` or `4:cpu,cpuacct:/docker/0af3`.
  private struct Membership {
    let version: Version
    let path: Substring

    /// Nil for a line of other controllers.
    init?(_ line: Substring, _ controller: Controller) {
      let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard fields.count == 3 else { return nil }
      if fields[0] == "0" && fields[1].isEmpty {
        version = .two
      } else if fields[1].split(separator: ",").contains(controller.rawValue) {
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

    /// A line of `/proc/self/mountinfo`, such as `32 31 0:29 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu`; nil for other
    /// controllers and other file systems.
    init?(_ line: Substring, _ controller: Controller) {
      let fields = line.split(separator: " ")
      guard let dash = fields.firstIndex(of: "-"), dash >= 5, fields.count > dash + 3 else { return nil }
      switch fields[dash + 1] {
      case "cgroup2": version = .two
      case "cgroup" where fields[dash + 3].split(separator: ",").contains(controller.rawValue): version = .one
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
}

extension ControlGroups {
  /// The time that the program gets, in cores: the smallest quota of its groups and of those around them; nil where none has one.
  var quota: Double? { groups(of: .cpu).compactMap(quota).min() }

  /// The quota of one group alone; nil where it has none.
  private func quota(of group: Group) -> Double? {
    func numbers(_ name: String) -> [Double?] {
      (files.text(group.folder + "/" + name) ?? "").split(whereSeparator: \.isWhitespace).map { Double($0) }
    }
    let parts =
      switch group.version {
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

extension ControlGroups {
  /// Limits in bytes; nil for none.
  struct MemoryLimits {
    var memory: Int?
    var swap: Int?
    /// Of memory and swap space together.
    var both: Int?
  }

  /// The smallest limits of the program's groups and of those around them.
  var memoryLimits: MemoryLimits {
    groups(of: .memory).map(limits).reduce(into: MemoryLimits()) { smallest, limits in
      smallest.memory = [smallest.memory, limits.memory].compactMap { $0 }.min()
      smallest.swap = [smallest.swap, limits.swap].compactMap { $0 }.min()
      smallest.both = [smallest.both, limits.both].compactMap { $0 }.min()
    }
  }

  /// The limits of one group alone.
  ///
  /// Without one it says `max`, or more than any machine has.
  private func limits(of group: Group) -> MemoryLimits {
    func number(_ name: String) -> Int? { files.number(group.folder + "/" + name) }
    return switch group.version {
    case .one:
      MemoryLimits(memory: number("memory.limit_in_bytes"), both: number("memory.memsw.limit_in_bytes"))
    case .two:
      MemoryLimits(memory: number("memory.max"), swap: number("memory.swap.max"))
    }
  }

  /// Bytes of memory that the program's groups and those around them may still take; nil where none has a limit.
  var memoryLeft: Int? { groups(of: .memory).compactMap(memoryLeft).min() }

  private func memoryLeft(of group: Group) -> Int? {
    func number(_ name: String) -> Int? { files.number(group.folder + "/" + name) }
    let limits = limits(of: group)
    let stat = group.folder + "/memory.stat"
    // Files that the system keeps in memory count as used, but go when they have to.
    let cache: Int
    let pairs: [(limit: Int?, used: Int?)]
    switch group.version {
    case .one:
      // With the groups inside it, as the usage is.
      cache = fileCache(["total_inactive_file", "total_active_file"], in: stat)
      pairs = [
        (limits.memory, number("memory.usage_in_bytes")),
        (limits.both, number("memory.memsw.usage_in_bytes")),
      ]
    case .two:
      cache = fileCache(["inactive_file", "active_file"], in: stat)
      let used = number("memory.current")
      // Beyond the second one the group is slowed down until it has given memory back.
      pairs = [(limits.memory, used), (number("memory.high"), used)]
    }
    return pairs.compactMap { limit, used in
      limit.map { max($0 - max((used ?? 0) - cache, 0), 0) }
    }.min()
  }

  private func fileCache(_ names: [String], in stat: String) -> Int {
    names.compactMap { files.bytes($0, in: stat) }.reduce(0, +)
  }
}
