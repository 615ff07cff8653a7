#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// What this process takes of the main memory.
public enum ProcessMemory {
  /// The most bytes that it has had, since the start or since `forgetPeak()`; nil where the system does not say.
  public static var peak: Int? {
    #if canImport(Darwin)
      var usage = rusage()
      return getrusage(RUSAGE_SELF, &usage) == 0 ? usage.ru_maxrss : nil
    #else
      return SystemFiles().bytes("VmHWM:", in: status)
    #endif
  }

  /// The bytes that it has now; nil where the system does not say.
  package static var resident: Int? { SystemFiles().bytes("VmRSS:", in: status) }

  private static let status = "/proc/self/status"

  /// Starts the peak again from what the process has now; false where the system cannot.
  ///
  /// See proc(5), clear_refs.
  package static func forgetPeak() -> Bool {
    let descriptor = open("/proc/self/clear_refs", O_WRONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    return write(descriptor, "5", 1) == 1
  }
}
