import Files
import Foundation
import Search
import Torch

/// The machine's main memory, as Linux tells of it; nothing is known elsewhere.
enum HostMemory {
  /// What some work takes of the memory at its peak, and what was free before; `nil` where the system does not tell.
  static func measure(_ work: () throws -> Void) throws -> SegmentCapacity.Memory? {
    // What an earlier training has left would be taken first, and not be seen.
    Runtime.releaseMemory()
    guard let free = available, forgetPeak(), let before = bytes("VmRSS:", in: "/proc/self/status") else {
      return nil
    }
    try work()
    guard let peak = bytes("VmHWM:", in: "/proc/self/status") else { return nil }
    return SegmentCapacity.Memory(needed: max(peak - before, 0), free: free)
  }

  /// Bytes that programs can have without others being driven to the disk.
  private static var available: Int? {
    guard let machine = bytes("MemAvailable:", in: "/proc/meminfo") else { return nil }
    return min(machine, leftToContainer ?? machine, MemoryLimit().bytes)
  }

  /// Bytes that this process's control group and those around it may still take, where any has a limit (version 2 of
  /// the interface).
  private static var leftToContainer: Int? {
    let line = text("/proc/self/cgroup")?.split(separator: "\n").first { $0.hasPrefix("0::/") }
    guard let line else { return nil }
    let names = line.dropFirst(4).split(separator: "/")
    return (0...names.count).compactMap { depth in
      left(to: "/sys/fs/cgroup/" + names.prefix(depth).joined(separator: "/"))
    }.min()
  }

  /// Bytes that a control group may still take; nil where it has no limit of its own.
  private static func left(to folder: String) -> Int? {
    guard let limit = number(folder + "/memory.max"), let used = number(folder + "/memory.current") else {
      return nil
    }
    // Files that the system keeps in memory count as used, but go when they have to.
    let files = bytes("inactive_file", in: folder + "/memory.stat", unit: 1) ?? 0
    return max(limit - used + files, 0)
  }

  /// Lets the process's peak count anew from what it has now; see proc(5), clear_refs.
  private static func forgetPeak() -> Bool {
    guard let file = FileHandle(forWritingAtPath: "/proc/self/clear_refs") else { return false }
    return (try? file.write(contentsOf: Data("5".utf8))) != nil
  }

  /// The number in the line that begins with a name; the system's unit is 1024 bytes.
  private static func bytes(_ name: String, in file: String, unit: Int = 1024) -> Int? {
    let line = text(file)?.split(separator: "\n").first { $0.hasPrefix(name) }
    let word = line?.dropFirst(name.count).split(whereSeparator: \.isWhitespace).first
    return word.flatMap { Int($0) }.map { $0 * unit }
  }

  private static func number(_ file: String) -> Int? {
    text(file).flatMap { Int($0.trimmingCharacters(in: .whitespacesAndNewlines)) }
  }

  private static func text(_ file: String) -> String? {
    (try? FileHandle(forReadingAtPath: file)?.readToEnd()).map { String(decoding: $0, as: UTF8.self) }
  }
}
