import Threads

/// What this process takes of the main memory, as Linux tells of it.
enum ProcessMemory {
  /// The most bytes it has had; nil where the system does not tell.
  static var peak: Int? { SystemFiles().bytes("VmHWM:", in: "/proc/self/status") }
}
