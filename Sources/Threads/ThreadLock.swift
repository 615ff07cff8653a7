#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A lock of the system's threads, for what a ``ThreadCondition`` waits for and for objects with several variables.
///
/// A value alone stands in a `Mutex`.
package final class ThreadLock: @unchecked Sendable {
  // Made for several threads, and stays where it is.
  fileprivate let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)

  /// Makes a lock that nobody holds.
  package init() {
    mutex.initialize(to: pthread_mutex_t())
    pthread_mutex_init(mutex, nil)
  }

  deinit {
    pthread_mutex_destroy(mutex)
    mutex.deallocate()
  }

  /// Waits until nobody holds the lock, and holds it.
  ///
  /// For a lock that is let go elsewhere; otherwise see ``withLock(_:)``.
  package func lock() { pthread_mutex_lock(mutex) }

  /// Lets the lock go, which this thread holds.
  package func unlock() { pthread_mutex_unlock(mutex) }

  /// Runs the body while no other thread runs one under the same lock.
  package func withLock<Value>(_ body: () throws -> Value) rethrows -> Value {
    lock()
    defer { unlock() }
    return try body()
  }
}

/// A place to wait until what a lock guards has changed.
package final class ThreadCondition: @unchecked Sendable {
  // Made for several threads, and stays where it is.
  private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  private let lock: ThreadLock

  /// A place to wait in while the lock is held.
  package init(_ lock: ThreadLock) {
    self.lock = lock
    condition.initialize(to: pthread_cond_t())
    pthread_cond_init(condition, nil)
  }

  deinit {
    pthread_cond_destroy(condition)
    condition.deallocate()
  }

  /// Forgets who waits: in a process that was forked they are not there.
  func forgetWaiters() {
    condition.initialize(to: pthread_cond_t())
    pthread_cond_init(condition, nil)
  }

  /// Lets the lock, which must be held, go until woken, perhaps for no reason.
  package func wait() { pthread_cond_wait(condition, lock.mutex) }

  /// Lets the lock, which must be held, go until woken, perhaps for no reason, or for so many seconds.
  package func wait(within seconds: Double) {
    var time = timespec()
    #if canImport(Darwin)
      time.tv_sec = Int(seconds)
      time.tv_nsec = Int((seconds - seconds.rounded(.down)) * 1e9)
      pthread_cond_timedwait_relative_np(condition, lock.mutex, &time)
    #else
      // The system's time, as the condition is made for it: where that is set, a wait ends early or late once.
      clock_gettime(CLOCK_REALTIME, &time)
      let end = Double(time.tv_nsec) / 1e9 + seconds
      time.tv_sec += Int(end)
      time.tv_nsec = Int((end - end.rounded(.down)) * 1e9)
      pthread_cond_timedwait(condition, lock.mutex, &time)
    #endif
  }

  /// Wakes one thread that waits, if one does.
  package func wakeOne() { pthread_cond_signal(condition) }

  /// Wakes all threads that wait.
  package func wakeAll() { pthread_cond_broadcast(condition) }
}
