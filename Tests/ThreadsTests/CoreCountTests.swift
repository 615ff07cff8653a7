import Foundation
import Testing
import Threads

@Suite struct CoreCountTests {
  /// What is counted with these files below a root of their own, on a machine with 64 cores.
  private func count(_ files: [String: String], online: Int = 64) throws -> Int {
    try withSystemFiles(files) { CoreCount.usable(root: $0, online: online) }
  }

  private let second = "35 25 0:30 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate\n"
  private let first =
    "31 23 0:28 / /sys/fs/cgroup rw - tmpfs tmpfs rw\n"
    + "32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct\n"
    + "33 31 0:31 / /sys/fs/cgroup/cpuset rw - cgroup cgroup rw,cpuset\n"

  @Test func withoutLimitsAllCoresCount() throws {
    #expect(try count([:]) == 64)
    #expect(try count([:], online: 0) == 1)
    #expect(CoreCount.usable >= 1)
  }

  @Test(arguments: [
    ("0", 1), ("0-1", 2), ("2,5", 2), ("0-3,8-9", 6), ("0-239", 16), ("15-16", 1), ("", 64), ("many", 64),
    ("3-1", 64), ("99", 1),
  ])
  func theAffinityCountsCoresThatAreThere(list: String, expected: Int) throws {
    var files = ["proc/self/status": "Name:\tpba\nCpus_allowed:\tff\nCpus_allowed_list:\t\(list)\nMems:\t1\n"]
    files["sys/devices/system/cpu/online"] = "0-15\n"
    #expect(try count(files) == expected)
  }

  @Test(arguments: [
    ("200000 100000", 2), ("150000 100000", 2), ("100001 100000", 2), ("50000 100000", 1), ("1000 100000", 1),
    ("max 100000", 64), ("9900000 100000", 64), ("0 100000", 64), ("200000 0", 64), ("200000", 64), ("", 64),
    ("1e300 1", 64), ("nan 1", 64),
  ])
  func aQuotaOfTheSecondVersionIsRoundedUp(line: String, expected: Int) throws {
    let files = [
      "proc/self/mountinfo": second, "proc/self/cgroup": "0::/a/b\n",
      "sys/fs/cgroup/a/b/cpu.max": line + "\n",
    ]
    #expect(try count(files) == expected)
  }

  @Test func theSmallestQuotaOnThePathCounts() throws {
    let outer = [
      "proc/self/mountinfo": second, "proc/self/cgroup": "0::/a/b\n",
      "sys/fs/cgroup/a/cpu.max": "300000 100000\n", "sys/fs/cgroup/a/b/cpu.max": "max 100000\n",
    ]
    #expect(try count(outer) == 3)
    let inner = outer.merging(["sys/fs/cgroup/a/b/cpu.max": "200000 100000\n"]) { $1 }
    #expect(try count(inner) == 2)
    let other = outer.merging(["sys/fs/cgroup/a/c/cpu.max": "100000 100000\n"]) { $1 }
    #expect(try count(other) == 3)
    let narrow = inner.merging(["proc/self/status": "Cpus_allowed_list:\t4\n"]) { $1 }
    #expect(try count(narrow) == 1)
  }

  @Test(arguments: [
    ("150000", "100000", 2), ("-1", "100000", 64), ("25000", "50000", 1), ("800000", "100000", 8),
  ])
  func aQuotaOfTheFirstVersionIsRoundedUp(quota: String, period: String, expected: Int) throws {
    let folder = "sys/fs/cgroup/cpu,cpuacct/user/task/"
    let files = [
      "proc/self/mountinfo": first, "proc/self/cgroup": "3:cpuset:/\n2:cpu,cpuacct:/user/task\n0::/\n",
      folder + "cpu.cfs_quota_us": quota + "\n", folder + "cpu.cfs_period_us": period + "\n",
    ]
    #expect(try count(files) == expected)
  }

  /// A container sees its own group at the top, while the path is that of the machine.
  @Test(arguments: ["/docker/4f", "/docker/4f/"]) func aContainersGroupIsTheTop(path: String) throws {
    let mount = "32 31 0:29 /docker/4f /sys/fs/cgroup/cpu ro - cgroup cgroup rw,cpu\n"
    let files = [
      "proc/self/mountinfo": mount, "proc/self/cgroup": "2:cpu:\(path)\n",
      "sys/fs/cgroup/cpu/cpu.cfs_quota_us": "300000\n", "sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000\n",
    ]
    #expect(try count(files) == 3)
  }

  @Test func aGroupOutsideWhatIsSeenIsTheTop() throws {
    for path in ["/../other", "/elsewhere"] {
      let files = [
        "proc/self/mountinfo": second.replacingOccurrences(
          of: " / ", with: path == "/elsewhere" ? " /pod " : " / "),
        "proc/self/cgroup": "0::\(path)\n", "sys/fs/cgroup/cpu.max": "400000 100000\n",
      ]
      #expect(try count(files) == 4, "\(path)")
    }
  }

  @Test func blanksInThePlaceOfAMountAreRead() throws {
    let files = [
      "proc/self/mountinfo": #"35 25 0:30 / /sys/control\040groups rw - cgroup2 cgroup2 rw"# + "\n",
      "proc/self/cgroup": "0::/\n", "sys/control groups/cpu.max": "200000 100000\n",
    ]
    #expect(try count(files) == 2)
  }
}
