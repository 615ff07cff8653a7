import Threads

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// What lets a child go on augmenting that was forked from a process with several threads, as data loaders do.
///
/// A child has the thread that forked and no other, but all locks as they were. So the locks of this library are held by
/// the thread that forks, and the child counts its helpers from zero.
enum Forking {
  private static let registration: Void = {
    // Made now, as they cannot be made within a fork.
    _ = (AugmenterTable.shared, HelperThreads.shared)
    pthread_atfork(
      {
        AugmenterTable.shared.lock.lock()
        HelperThreads.shared.holdForFork()
      },
      {
        HelperThreads.shared.releaseInParent()
        AugmenterTable.shared.lock.unlock()
      },
      {
        HelperThreads.shared.startAnewInChild()
        AugmenterTable.shared.lock.unlock()
      })
  }()

  /// Registers what is done about every fork from now on, once.
  static func makeSafe() { registration }
}
