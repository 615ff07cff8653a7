#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A thread that the system refuses to start.
public struct ThreadError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The system's number of the error.
  public let code: Int32

  /// An error by the system's number.
  public init(code: Int32) { self.code = code }

  /// The system's reason and what to do.
  public var description: String {
    if code == ENOMEM {
      return
        "cannot start a thread: the memory is used up; raise its limit (ulimit -v or -d), end other programs, or ask for "
        + "fewer at once"
    }
    return "cannot start a thread: \(String(cString: strerror(code))); "
      + "the limit of processes and threads (ulimit -u, or the container's) is reached: raise it, or end other programs"
  }
}

/// Threads of the system.
///
/// Not Foundation's, which waits without end where the system refuses a thread, and not Dispatch's, which asks for it again
/// without end.
public enum SystemThread {
  /// Bytes of address space for a stack, of which the system takes only what is used.
  public static let usualStackSize = 8 << 20

  /// Starts a thread that runs the body and ends.
  ///
  /// - Throws: `ThreadError` where the system has no thread, or no memory for its stack.
  public static func start(
    stackSize: Int = usualStackSize, _ body: @escaping @Sendable () -> Void
  ) throws(ThreadError) {
    var attributes = pthread_attr_t()
    try check(pthread_attr_init(&attributes))
    defer { pthread_attr_destroy(&attributes) }
    try check(pthread_attr_setstacksize(&attributes, stackSize))
    try check(pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED)))
    let work = Unmanaged.passRetained(Work(body))
    do {
      try check(create(&attributes, work.toOpaque()))
    } catch {
      work.release()
      throw error.code == EAGAIN && !hasRoom(stackSize) ? ThreadError(code: ENOMEM) : error
    }
  }

  /// Whether there is memory for a stack: the system has one number for this and for the limit of threads.
  private static func hasRoom(_ stackSize: Int) -> Bool {
    guard
      let place = mmap(nil, stackSize, PROT_READ | PROT_WRITE, MAP_PRIVATE | Int32(MAP_ANON), -1, 0),
      place != MAP_FAILED
    else { return false }
    munmap(place, stackSize)
    return true
  }

  private static func check(_ code: Int32) throws(ThreadError) {
    guard code == 0 else { throw ThreadError(code: code) }
  }

  #if canImport(Darwin)
    private static func create(_ attributes: inout pthread_attr_t, _ work: UnsafeMutableRawPointer) -> Int32 {
      var thread: pthread_t?
      return pthread_create(&thread, &attributes, runWork, work)
    }
  #else
    private static func create(_ attributes: inout pthread_attr_t, _ work: UnsafeMutableRawPointer) -> Int32 {
      var thread = pthread_t()
      return pthread_create(&thread, &attributes, runWork, work)
    }
  #endif
}

private final class Work: Sendable {
  let body: @Sendable () -> Void
  init(_ body: @escaping @Sendable () -> Void) { self.body = body }
}

#if canImport(Darwin)
  private func runWork(_ work: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer? {
    Unmanaged<Work>.fromOpaque(work).takeRetainedValue().body()
    return nil
  }
#else
  private func runWork(_ work: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    if let work { Unmanaged<Work>.fromOpaque(work).takeRetainedValue().body() }
    return nil
  }
#endif
