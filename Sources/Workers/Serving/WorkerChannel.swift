import Foundation
import Threads

/// The two channels of a worker, which were its standard input and output.
///
/// Standard input reads nothing afterwards, and standard output is standard error: so nothing that a library prints can be
/// taken for a message.
final class WorkerChannel: @unchecked Sendable {
  private let input: Int32
  private let output: Int32

  // The lock guards the variable, and keeps lines whole, so sharing the object is safe.
  private let lock = ThreadLock()
  private var lastSent = SuspendingClock.now

  /// Moves the channels of this process.
  ///
  /// - Throws: `POSIXError` where the system refuses.
  init() throws {
    func check(_ code: Int32) throws -> Int32 {
      guard code != -1 else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
      return code
    }
    input = try check(fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3))
    output = try check(fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3))
    let nothing = try check(open("/dev/null", O_RDONLY | O_CLOEXEC))
    _ = try check(dup2(nothing, STDIN_FILENO))
    close(nothing)
    _ = try check(dup2(STDERR_FILENO, STDOUT_FILENO))
    // Where nobody reads any more, that is an error of the call that writes.
    signal(SIGPIPE, SIG_IGN)
  }

  /// Sends a message; false where nobody reads any more.
  @discardableResult
  func send(_ message: WorkerMessage) -> Bool {
    guard let line = try? message.line() else { return false }
    let bytes = Array((line + "\n").utf8)
    return lock.withLock {
      lastSent = SuspendingClock.now
      var sent = 0
      while sent < bytes.count {
        let count = bytes[sent...].withUnsafeBytes { write(output, $0.baseAddress, $0.count) }
        if count >= 0 { sent += count } else if errno != EINTR { return false }
      }
      return true
    }
  }

  /// Seconds since the last message.
  var silence: Double { lock.withLock { (SuspendingClock.now - lastSent) / .seconds(1) } }

  /// Takes what has come, and waits for it so long; false at the end of the input.
  func receive(into lines: inout LineBuffer, withinMilliseconds time: Int32) -> Bool {
    var channel = pollfd(fd: input, events: Int16(POLLIN), revents: 0)
    guard poll(&channel, 1, time) > 0 else { return true }
    return withUnsafeTemporaryAllocation(byteCount: 1 << 16, alignment: 16) { buffer in
      let count = read(input, buffer.baseAddress, buffer.count)
      if count > 0 { lines.append(UnsafeRawBufferPointer(rebasing: buffer[..<count])) }
      return count > 0 || count < 0 && errno == EINTR
    }
  }
}
