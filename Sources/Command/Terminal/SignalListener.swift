import Files
import Foundation
import Synchronization
import Threads

/// Calls a closure, on a thread of its own, when the program gets one of some signals.
///
/// The thread is started before a signal is listened to. Where the system has none, no signal is caught, so that each still
/// ends the program.
final class SignalListener: @unchecked Sendable {
  // The lock guards the variable, so sharing the object is safe.
  private let lock = ThreadLock()
  private var onSignal: ((Int32) -> Void)?

  /// The descriptor that the handler of a signal writes to, all that it knows.
  ///
  /// It stays open as long as the program lives, as does the thread: a handler may be called late.
  private static let writeEnd = Atomic<Int32>(-1)
  private static let shared = Result { try SignalListener() }

  private init() throws {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { throw CannotListen(code: errno) }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    // A handler must never wait.
    _ = fcntl(ends[1], F_SETFL, O_NONBLOCK)
    let readEnd = ends[0]
    do {
      try SystemThread.start { [self] in listen(readEnd) }
    } catch {
      for end in ends { close(end) }
      throw error
    }
    Self.writeEnd.store(ends[1], ordering: .releasing)
  }

  /// Listens to signals until ``stop(listeningTo:)``.
  ///
  /// - Throws: `ThreadError` where the system has no thread, and what else keeps the program from listening.
  static func listen(to signals: [Int32], _ onSignal: @escaping (Int32) -> Void) throws {
    let listener = try shared.get()
    listener.lock.withLock { listener.onSignal = onSignal }
    for number in signals {
      signal(number) { number in
        let before = errno
        var byte = UInt8(truncatingIfNeeded: number)
        _ = write(SignalListener.writeEnd.load(ordering: .acquiring), &byte, 1)
        errno = before
      }
    }
  }

  /// Lets signals end the program again.
  static func stop(listeningTo signals: [Int32]) {
    for number in signals { signal(number, SIG_DFL) }
    guard let listener = try? shared.get() else { return }
    listener.lock.withLock { listener.onSignal = nil }
  }

  private func listen(_ readEnd: Int32) {
    var byte: UInt8 = 0
    while true {
      let count = read(readEnd, &byte, 1)
      if count == 1 {
        lock.withLock { onSignal }?(Int32(byte))
      } else if count == 0 || errno != EINTR {
        return
      }
    }
  }
}

/// The system gives no pipe to hear of signals by.
private struct CannotListen: Error, CustomStringConvertible {
  let code: Int32

  var description: String {
    "cannot listen to signals: \(systemReason(code))"
      + (code == EMFILE || code == ENFILE ? "; raise the limit of open files (ulimit -n)" : "")
  }
}
