import Search
import Threads
import Torch

/// The machine's main memory, as Linux reports it; nothing is known elsewhere.
enum HostMemory {
  /// What some work takes of the memory at its peak, and what was free before; `nil` where the system does not say.
  static func measure(_ work: () throws -> Void) throws -> SegmentCapacity.Memory? {
    // What an earlier training has left would be taken first, and not be seen.
    Runtime.releaseMemory()
    guard let free = MemoryLimit().left, ProcessMemory.forgetPeak(), let before = ProcessMemory.resident
    else {
      return nil
    }
    try work()
    guard let peak = ProcessMemory.peak else { return nil }
    return SegmentCapacity.Memory(needed: max(peak - before, 0), free: free)
  }
}
