import Foundation

/// What this process takes of the main memory, as Linux tells of it.
enum ProcessMemory {
  /// The most bytes it has had; nil where the system does not tell.
  static var peak: Int? {
    let file = FileHandle(forReadingAtPath: "/proc/self/status")
    let text = (try? file?.readToEnd()).map { String(decoding: $0, as: UTF8.self) }
    let line = text?.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
    return line?.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Int($0) }.map { $0 * 1024 }
  }
}
