import Foundation

/// Runs the body while no other process, and no other thread, runs one under the same lock file.
///
/// The system drops the lock when the process ends in any way.
func withCacheLock<Result>(
  _ path: String, whenWaiting: () -> Void, _ body: () throws -> Result
) throws -> Result {
  let descriptor = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0o644)
  guard descriptor >= 0 else { throw CacheFile.failure(path, "created", errno) }
  defer { close(descriptor) }
  if flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
    if errno == EWOULDBLOCK { whenWaiting() }
    while flock(descriptor, LOCK_EX) != 0 {
      guard errno == EINTR else { throw CacheFile.failure(path, "locked", errno) }
    }
  }
  return try body()
}
