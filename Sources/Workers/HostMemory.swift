import Foundation
import Search
import Threads
import Torch

/// The machine's main memory, as Linux reports it; nothing is known elsewhere.
enum HostMemory {
  /// What some work takes of the memory at its peak, and what was free before; `nil` where the system does not say.
  static func measure(_ work: () throws -> Void) throws -> SegmentCapacity.Memory? {
    // What an earlier training has left would be taken first, and not be seen.
    Runtime.releaseMemory()
    guard let free = MemoryLimit().left, forgetPeak(), let before = memory("VmRSS:") else { return nil }
    try work()
    guard let peak = memory("VmHWM:") else { return nil }
    return SegmentCapacity.Memory(needed: max(peak - before, 0), free: free)
  }

  /// Starts the process's peak again from what it has now; see proc(5), clear_refs.
  private static func forgetPeak() -> Bool {
    guard let file = FileHandle(forWritingAtPath: "/proc/self/clear_refs") else { return false }
    return (try? file.write(contentsOf: Data("5".utf8))) != nil
  }

  private static func memory(_ name: String) -> Int? { SystemFiles().bytes(name, in: "/proc/self/status") }
}
