#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// How much memory this process may have, as far as it can be known before it asks.
///
/// Linux gives memory out before there is any, and kills the process that uses it; so large requests are compared with this first.
public struct MemoryLimit: Sendable {
  private let files: SystemFiles
  /// The machine's memory.
  private let physical: Int
  private let ownLimits: OwnLimits

  /// The process's own limits in bytes (`ulimit -v`, `-d`); nil for none.
  package struct OwnLimits: Sendable {
    let addressSpace: Int?
    let data: Int?

    /// Limits in bytes; nil for none.
    package init(addressSpace: Int? = nil, data: Int? = nil) {
      self.addressSpace = addressSpace
      self.data = data
    }
  }

  /// The limits of this process.
  public init() {
    self.init(root: "", physical: physicalMemory, ownLimits: limitsOfProcess)
  }

  /// As above, by the files below another root.
  package init(root: String, physical: Int, ownLimits: OwnLimits) {
    files = SystemFiles(root: root)
    self.physical = physical
    self.ownLimits = ownLimits
  }

  /// Bytes of the machine with its swap space, or of the smallest limit: the process's own, and those of its control groups and
  /// the ones around them, which may limit memory, swap space, or both together.
  public var bytes: Int {
    let groups = ControlGroups(files: files).memoryLimits
    let machineSwap = files.bytes("SwapTotal:", in: "/proc/meminfo") ?? 0
    let both = min(physical, groups.memory ?? physical) + min(machineSwap, groups.swap ?? machineSwap)
    return [both, groups.both, ownLimits.addressSpace, ownLimits.data].compactMap { $0 }.min() ?? both
  }

  /// Bytes that the process can take now, besides what it has; nil where the system does not say.
  ///
  /// Swap space is not counted: a training that needs it waits for the disk. What is in use there counts where a group limits
  /// both together.
  public var left: Int? {
    guard let machine = files.bytes("MemAvailable:", in: "/proc/meminfo") else { return nil }
    return min(machine, leftOfLimits ?? machine)
  }

  /// Bytes that the limits of this process and of its control groups leave to it, whatever the machine has free; nil where
  /// there is no limit.
  public var leftOfLimits: Int? {
    func left(of limit: Int?, used: String) -> Int? {
      limit.map { max($0 - (files.bytes(used, in: "/proc/self/status") ?? 0), 0) }
    }
    return [
      ControlGroups(files: files).memoryLeft, left(of: ownLimits.addressSpace, used: "VmSize:"),
      left(of: ownLimits.data, used: "VmData:"),
    ].compactMap { $0 }.min()
  }
}

private var physicalMemory: Int {
  let (pages, size) = (sysconf(Int32(_SC_PHYS_PAGES)), sysconf(Int32(_SC_PAGESIZE)))
  return pages > 0 && size > 0 ? Int(pages) * Int(size) : .max >> 1
}

/// The process's limits of its address space and of its data.
private var limitsOfProcess: MemoryLimit.OwnLimits {
  func number(_ limit: rlimit, _ code: Int32) -> Int? {
    code == 0 && limit.rlim_cur < rlim_t(Int.max) ? Int(limit.rlim_cur) : nil
  }
  var (space, data) = (rlimit(), rlimit())
  #if canImport(Darwin)
    let codes = (getrlimit(RLIMIT_AS, &space), getrlimit(RLIMIT_DATA, &data))
  #else
    let codes = (
      getrlimit(.init(RLIMIT_AS.rawValue), &space), getrlimit(.init(RLIMIT_DATA.rawValue), &data)
    )
  #endif
  return MemoryLimit.OwnLimits(addressSpace: number(space, codes.0), data: number(data, codes.1))
}
