import Dispatch
import Foundation
import Search

/// Turns Ctrl-C and the system's request to end into a request to stop; a second one ends the program at once.
///
/// It does so as long as the object lives; afterwards both end the program again.
final class Interruption {
  let flag = StopFlag()
  private let sources: [any DispatchSourceSignal]
  private static let signals = [SIGINT, SIGTERM]

  init() {
    let flag = flag
    let registered = DispatchSemaphore(value: 0)
    sources = Self.signals.map { number in
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      source.setEventHandler {
        // Not `exit`: that would take down what other threads still work with.
        if flag.isRequested {
          StandardError.shared.clear()
          _exit(128 + number)
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
    for number in Self.signals { signal(number, SIG_DFL) }
  }
}
