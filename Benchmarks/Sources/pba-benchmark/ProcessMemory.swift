import Foundation

/// What this process takes of the main memory, as Linux reports it.
enum ProcessMemory {
  /// The most bytes it has had; nil where the system does not say.
  static var peak: Int? {
    let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
    let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
    return line?.split(separator: " ").compactMap { Int($0) }.first.map { $0 * 1024 }
  }
}
