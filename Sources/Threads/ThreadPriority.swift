#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

extension SystemThread {
  /// Has the thread that calls this wait behind the others of the machine from here on, where the system can.
  package static func goBehindOthers() {
    #if canImport(Darwin)
      pthread_set_qos_class_self_np(QOS_CLASS_UTILITY, 0)
    #else
      // On Linux the call is about one thread, though POSIX has it be about the process; see setpriority(2).
      setpriority(.init(PRIO_PROCESS.rawValue), 0, 10)
    #endif
  }
}
