import Dispatch
import Foundation
import Search

/// Turns Ctrl-C and the system's request to end into a request to stop; a second one ends the program at once.
final class Interruption {
  let flag = StopFlag()
  private let sources: [any DispatchSourceSignal]

  init() {
    let flag = flag
    sources = [SIGINT, SIGTERM].map { number in
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      source.setEventHandler {
        if flag.isRequested { exit(128 + number) }
        flag.request()
        printNote("stopping at the next step; once more ends at once")
      }
      source.resume()
      return source
    }
  }
}
