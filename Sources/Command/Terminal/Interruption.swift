import Threads
import Foundation

/// Turns Ctrl-C, the system's request to end and the loss of the terminal into a request to stop; a second Ctrl-C or
/// request ends the program at once.
///
/// It does so as long as the object lives; afterwards they end the program again. A signal that was ignored before stays
/// ignored.
final class Interruption {
  let flag = StopFlag()
  private let signals: [Int32]

  /// - Throws: `ThreadError` where the system has no thread to listen to signals on; then they end the program.
  init() throws {
    let flag = flag
    let asked = StopFlag()
    // Who starts the program with a signal ignored wants it to outlive the signal: the loss of the terminal with nohup,
    // Ctrl-C in the background of a shell.
    signals = [SIGINT, SIGTERM, SIGHUP].filter { !Self.isIgnored($0) }
    try SignalListener.listen(to: signals) { number in
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
  }

  deinit { SignalListener.stop(listeningTo: signals) }

  /// Whether the program ignores a signal.
  private static func isIgnored(_ number: Int32) -> Bool {
    var action = sigaction()
    guard sigaction(number, nil, &action) == 0 else { return false }
    #if canImport(Darwin)
      let handler = action.__sigaction_u.__sa_handler
    #else
      let handler = action.__sigaction_handler.sa_handler
    #endif
    return unsafeBitCast(handler, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
  }
}
