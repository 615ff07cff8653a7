import Files
import Foundation
import Testing

@Suite struct MemoryLimitTests {
  /// The limit on a machine with 8,000 bytes of memory, by files made up.
  private func limit(
    _ files: [String: String], own: [Int] = [], _ value: (MemoryLimit) -> Int = { $0.bytes }
  ) throws -> Int {
    let folder = try TemporaryFolder()
    for (path, text) in files {
      let place = folder(path)
      try FileManager.default.createDirectory(
        atPath: AtomicFile.folder(of: place), withIntermediateDirectories: true)
      try folder.write(text, to: path)
    }
    return value(MemoryLimit(root: folder.path, physical: 8000, ownLimits: own))
  }

  @Test func withoutLimitsItIsTheMachinesMemoryAndSwapSpace() throws {
    #expect(try limit([:]) == 8000)
    #expect(
      try limit(["proc/meminfo": "MemTotal:  8 kB\nSwapTotal:       2 kB\nSwapFree: 1 kB\n"]) == 8000 + 2048)
  }

  @Test func theProcessesOwnLimitCounts() throws {
    #expect(try limit([:], own: [5000, 6000]) == 5000)
    #expect(try limit([:], own: [50_000]) == 8000)
  }

  @Test func theSmallestOfTheControlGroupsCounts() throws {
    let group = ["proc/self/cgroup": "0::/a/b\n", "sys/fs/cgroup/a/b/memory.max": "max\n"]
    #expect(try limit(group) == 8000)
    #expect(try limit(group.merging(["sys/fs/cgroup/a/memory.max": "3000\n"]) { $1 }) == 3000)
    #expect(try limit(group.merging(["sys/fs/cgroup/memory.max": "2000\n"]) { $1 }) == 2000)
    #expect(try limit(group.merging(["sys/fs/cgroup/c/memory.max": "1000\n"]) { $1 }) == 8000)
  }

  @Test func theFirstVersionOfControlGroupsCountsToo() throws {
    let files = [
      "proc/self/cgroup": "5:cpu:/x\n4:memory:/docker/a\n1:name=systemd:/\n",
      "sys/fs/cgroup/memory/docker/a/memory.limit_in_bytes": "4000\n",
      "sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n",
      "sys/fs/cgroup/memory/x/memory.limit_in_bytes": "1000\n",
    ]
    #expect(try limit(files) == 4000)
  }

  @Test func whatTheProcessHasIsLeftOutButForMappedFiles() throws {
    let page = Int(getpagesize())
    func left(_ statm: String) throws -> Int {
      try limit(["proc/self/statm": statm], own: [7 * page]) { $0.left }
    }
    // The machine of these tests has less.
    #expect(try limit([:], own: [7 * page]) == 8000)
    #expect(try left("900 3 3 0 0 0 0\n") == 8000)
    #expect(try left("900 4 3 0 0 0 0\n") == 8000 - page)
    #expect(try left("900 90 3 0 0 0 0\n") == 0)
    #expect(try left("") == 8000)
  }

  @Test func thisMachineHasMemory() {
    #expect(MemoryLimit().bytes > 1 << 20)
    #expect(MemoryLimit().left < MemoryLimit().bytes)
  }
}
