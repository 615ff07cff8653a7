import Threads

/// What this process takes of the main memory, as Linux reports it.
enum ProcessMemory {
  /// The most bytes it has had; nil where the system does not say.
  static var peak: Int? { SystemFiles().bytes("VmHWM:", in: "/proc/self/status") }
}
