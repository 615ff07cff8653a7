import Foundation

/// Runs the body while no other process, and no other thread, runs one under the same lock file.
///
/// The system drops the lock when the process ends in any way. Where nothing may be written, a lock file that is there is
/// locked anyway; without one the body runs without a lock, since no process can create the file there.
func withCacheLock<Result>(
  _ path: String, whenWaiting: () -> Void, _ body: () throws -> Result
) throws -> Result {
  guard let descriptor = try lockFile(path) else { return try body() }
  defer { close(descriptor) }
  if flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
    if errno == EWOULDBLOCK { whenWaiting() }
    while flock(descriptor, LOCK_EX) != 0 {
      guard errno == EINTR else { throw CacheFile.failure(path, "locked", errno) }
    }
  }
  return try body()
}

/// An open lock file; nil where there is none and none can be made because nothing may be written.
private func lockFile(_ path: String) throws -> Int32? {
  let descriptor = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0o644)
  if descriptor >= 0 { return descriptor }
  let code = errno
  guard [EACCES, EPERM, EROFS].contains(code) else { throw CacheFile.failure(path, "created", code) }
  let readable = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
  if readable >= 0 { return readable }
  // What cannot be written is found out, and said, where it is needed.
  guard errno == ENOENT else { throw CacheFile.failure(path, "opened", errno) }
  return nil
}
