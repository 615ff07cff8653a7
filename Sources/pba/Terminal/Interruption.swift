import Dispatch
import Foundation
import Search

/// Turns Ctrl-C, the system's request to end and the loss of the terminal into a request to stop; a second Ctrl-C or
/// request ends the program at once.
///
/// It does so as long as the object lives; afterwards they end the program again.
final class Interruption {
  let flag = StopFlag()
  private let sources: [any DispatchSourceSignal]
  private let signals: [Int32]

  init() {
    let flag = flag
    let asked = StopFlag()
    let registered = DispatchSemaphore(value: 0)
    // Who starts the program with nohup wants it to outlive the terminal.
    signals = [SIGINT, SIGTERM, SIGHUP].filter { !Self.ignore($0) || $0 != SIGHUP }
    sources = signals.map { number in
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      source.setEventHandler {
        // Who reads what this program prints may have ended by the same signal.
        signal(SIGPIPE, SIG_IGN)
        // The terminal may say twice that it goes.
        if number != SIGHUP {
          if asked.isRequested {
            // Not `exit`: that would take down what other threads still work with.
            StandardError.shared.clear()
            _exit(128 + number)
          }
          asked.request()
        }
        flag.request()
        printNote("stopping at the next step; once more ends at once")
      }
      source.setRegistrationHandler { registered.signal() }
      source.resume()
      return source
    }
    // A signal that comes before a source listens would be lost.
    for _ in sources { registered.wait() }
  }

  deinit {
    for source in sources { source.cancel() }
    for number in signals { signal(number, SIG_DFL) }
  }

  /// Ignores a signal; returns whether it was ignored before.
  private static func ignore(_ number: Int32) -> Bool {
    unsafeBitCast(signal(number, SIG_IGN), to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
  }
}
