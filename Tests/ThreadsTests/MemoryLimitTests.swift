import Testing
import Threads

/// On a machine with 8,000 bytes of memory, by files made up.
@Suite struct MemoryLimitTests {
  private func limit(_ files: [String: String], own: MemoryLimit.OwnLimits = .init()) throws -> Int {
    try withSystemFiles(files) { MemoryLimit(root: $0, physical: 8000, ownLimits: own).bytes }
  }

  private func left(_ files: [String: String], own: MemoryLimit.OwnLimits = .init()) throws -> Int? {
    try withSystemFiles(files) { MemoryLimit(root: $0, physical: 8000, ownLimits: own).left }
  }

  private let second = [
    "proc/self/mountinfo": "35 25 0:30 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n",
    "proc/self/cgroup": "0::/a/b\n",
  ]
  private let first = [
    "proc/self/mountinfo": """
    32 31 0:29 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu
    35 31 0:32 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory

    """,
    "proc/self/cgroup": "5:cpu:/x\n4:memory:/docker/a\n1:name=systemd:/\n",
    "sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n",
    "sys/fs/cgroup/memory/memory.memsw.limit_in_bytes": "9223372036854771712\n",
    "sys/fs/cgroup/memory/x/memory.limit_in_bytes": "1000\n",
  ]
  /// 2,048 bytes of swap space, 7,168 bytes of memory that are free.
  private let machine = [
    "proc/meminfo": "MemTotal:  8 kB\nMemAvailable:  7 kB\nSwapTotal:       2 kB\nSwapFree: 1 kB\n"
  ]

  @Test func withoutLimitsItIsTheMachinesMemoryAndSwapSpace() throws {
    #expect(try limit([:]) == 8000)
    #expect(try limit(machine) == 8000 + 2048)
    #expect(try limit(machine + second) == 8000 + 2048)
    #expect(try limit(machine + first) == 8000 + 2048)
  }

  @Test func theProcessesOwnLimitCounts() throws {
    #expect(try limit([:], own: .init(addressSpace: 5000, data: 6000)) == 5000)
    #expect(try limit([:], own: .init(data: 5000)) == 5000)
    #expect(try limit([:], own: .init(addressSpace: 50_000)) == 8000)
  }

  @Test func theSmallestOfTheControlGroupsCounts() throws {
    let group = second + ["sys/fs/cgroup/a/b/memory.max": "max\n"]
    #expect(try limit(group) == 8000)
    #expect(try limit(group + ["sys/fs/cgroup/a/memory.max": "3000\n"]) == 3000)
    #expect(try limit(group + ["sys/fs/cgroup/memory.max": "2000\n"]) == 2000)
    #expect(try limit(group + ["sys/fs/cgroup/c/memory.max": "1000\n"]) == 8000)
    #expect(try limit(first + ["sys/fs/cgroup/memory/docker/a/memory.limit_in_bytes": "4000\n"]) == 4000)
  }

  /// As in a container of the first version, which sees its own group at the top.
  @Test func groupsAreFoundWhereTheyAreMounted() throws {
    let container = [
      "proc/self/mountinfo": "35 31 0:32 /docker/a /cgroups/memory ro - cgroup cgroup rw,memory\n",
      "proc/self/cgroup": "4:memory:/docker/a\n", "cgroups/memory/memory.limit_in_bytes": "4000\n",
    ]
    #expect(try limit(container) == 4000)
  }

  @Test(arguments: [("max", 3000 + 2048), ("0", 3000), ("500", 3500), ("5000", 3000 + 2048)])
  func theSwapSpaceOfAGroupCounts(swap: String, expected: Int) throws {
    let group = machine + second + ["sys/fs/cgroup/a/b/memory.max": "3000\n"]
    #expect(try limit(group + ["sys/fs/cgroup/a/b/memory.swap.max": swap + "\n"]) == expected)
    #expect(try limit(group + ["sys/fs/cgroup/a/memory.swap.max": swap + "\n"]) == expected)
  }

  @Test(arguments: [("4000", 4000), ("4500", 4500), ("9223372036854771712", 4000 + 2048)])
  func theFirstVersionLimitsMemoryAndSwapSpaceTogether(both: String, expected: Int) throws {
    let folder = "sys/fs/cgroup/memory/docker/a/"
    let group = [
      folder + "memory.limit_in_bytes": "4000\n", folder + "memory.memsw.limit_in_bytes": both + "\n",
    ]
    #expect(try limit(machine + first + group) == expected)
  }

  @Test func whatIsLeftIsWhatTheMachineHasFree() throws {
    #expect(try left([:]) == nil)
    #expect(try left(machine) == 7168)
    #expect(try left(machine + first) == 7168)
  }

  @Test func whatAGroupUsesIsNotLeft() throws {
    let folder = "sys/fs/cgroup/a/"
    let group = machine + second + [folder + "memory.max": "5000\n", folder + "memory.current": "3000\n"]
    #expect(try left(group) == 2000)
    // Files that the system can drop; what is anonymous stays.
    let stat = "anon 900\ninactive_anon 800\nactive_file 700\ninactive_file 600\n"
    #expect(try left(group + [folder + "memory.stat": stat]) == 3300)
    #expect(try left(group + [folder + "memory.stat": "inactive_file 4000\n"]) == 5000)
    #expect(try left(group + [folder + "memory.current": "6000\n"]) == 0)
    #expect(try left(group + [folder + "memory.high": "3500\n"]) == 500)
    #expect(try left(group + ["sys/fs/cgroup/a/b/memory.max": "1500\n"]) == 1500)
    // Swap space that the group may use is no memory.
    #expect(try left(group + [folder + "memory.swap.max": "max\n"]) == 2000)
  }

  /// What other programs have taken of the machine is no limit: it may be free a moment later, and there is swap space.
  @Test func withoutLimitsTheyLeaveNothingToCount() throws {
    func left(_ files: [String: String], own: MemoryLimit.OwnLimits = .init()) throws -> Int? {
      try withSystemFiles(files) { MemoryLimit(root: $0, physical: 8000, ownLimits: own).leftOfLimits }
    }
    let busy = ["proc/meminfo": "MemAvailable: 1 kB\nSwapTotal: 90 kB\n"]
    #expect(try left(busy) == nil)
    #expect(try left(busy, own: .init(addressSpace: 6000)) == 6000)
  }

  @Test func whatAGroupOfTheFirstVersionUsesIsNotLeft() throws {
    let folder = "sys/fs/cgroup/memory/docker/a/"
    let group =
      machine + first + [
        folder + "memory.limit_in_bytes": "5000\n", folder + "memory.usage_in_bytes": "3000\n",
      ]
    #expect(try left(group) == 2000)
    let stat = "inactive_file 100\ntotal_inactive_file 600\n"
    #expect(try left(group + [folder + "memory.stat": stat]) == 2600)
    let both = [
      folder + "memory.memsw.limit_in_bytes": "5000\n", folder + "memory.memsw.usage_in_bytes": "4500\n",
    ]
    #expect(try left(group + both) == 500)
  }

  @Test func whatTheProcessHasOfItsOwnLimitsIsNotLeft() throws {
    let files = machine + ["proc/self/status": "VmPeak:\t 9 kB\nVmSize:\t 4 kB\nVmData:\t 2 kB\n"]
    #expect(try left(files, own: .init(addressSpace: 5000)) == 5000 - 4096)
    #expect(try left(files, own: .init(addressSpace: 4000)) == 0)
    #expect(try left(files, own: .init(addressSpace: 50_000, data: 5000)) == 5000 - 2048)
  }

  @Test(arguments: ["", "many\n", "-5\n", "3000 4000\n", "99999999999999999999\n"])
  func whatIsNoNumberIsNoLimit(text: String) throws {
    #expect(try limit(second + ["sys/fs/cgroup/a/b/memory.max": text]) == 8000)
    let files = ["proc/meminfo": "MemAvailable: \(text)"]
    #expect(try left(files) == (text.hasPrefix("3000") ? 3000 : nil))
  }

  @Test func thisMachineHasMemory() {
    #expect(MemoryLimit().bytes > 1 << 20)
    #if os(Linux)
      #expect(MemoryLimit().left ?? 0 > 1 << 20)
    #endif
  }
}
