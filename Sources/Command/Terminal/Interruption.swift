import ArgumentParser
import Foundation
import Search
import Synchronization
import Threads

/// Turns Ctrl-C, the system's request to end, the loss of the terminal and the end of a time into a request to stop; a
/// second Ctrl-C or request ends the program at once.
///
/// It does so as long as the object lives; afterwards they end the program again. A signal that was ignored before stays
/// ignored.
public final class Interruption {
  /// Set by the first request to stop.
  public let flag = StopFlag()
  private let signals: [Int32]

  /// The code with which the program ends that was asked to stop: that of a program which the signal ends, as shells have
  /// it, or that of a try later where the time was up.
  static var exitCode: ExitCode {
    switch cause.first {
    case .signal(let number): ExitCode(128 + number)
    case .time: ExitCode(EX_TEMPFAIL)
    }
  }

  private static let cause = FirstCause()
  private let isOver = StopFlag()

  /// Listens from now on.
  ///
  /// - Parameter stopTime: when to stop without a signal.
  /// - Throws: `ThreadError` where the system has no thread to listen to signals on; then they end the program.
  init(stoppingAt stopTime: StopTime?) throws {
    let flag = flag
    let asked = StopFlag()
    // Who starts the program with a signal ignored wants it to outlive the signal: the loss of the terminal with nohup,
    // Ctrl-C in the background of a shell.
    signals = [SIGINT, SIGTERM, SIGHUP].filter { !Self.isIgnored($0) }
    try SignalListener.listen(to: signals) { number in
      Self.cause.take(.signal(number))
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
    if let stopTime { try wait(for: stopTime) }
  }

  /// As above, where only signals stop.
  public convenience init() throws { try self.init(stoppingAt: nil) }

  deinit {
    isOver.request()
    SignalListener.stop(listeningTo: signals)
  }

  /// Requests a stop at a time, unless this object has ended before.
  private func wait(for stopTime: StopTime) throws {
    let (flag, isOver) = (flag, isOver)
    try SystemThread.start {
      while true {
        let left = stopTime.instant - .now
        guard left > .zero else { break }
        // Not the whole at once: a machine may sleep meanwhile.
        usleep(UInt32(min(left / .microseconds(1), 900_000)) + 1)
        if isOver.isRequested { return }
      }
      guard !flag.isRequested else { return }
      Self.cause.take(.time)
      flag.request()
      printNote("--stop-after: \(stopTime.span) has passed, stopping at the next step")
    }
  }

  /// Whether the program ignores a signal.
  static func isIgnored(_ number: Int32) -> Bool {
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

/// What asked the program to stop.
private final class FirstCause: Sendable {
  enum Cause {
    case signal(Int32)
    case time
  }

  private let taken = Mutex<Cause?>(nil)

  /// The first one that came; a request to end where none came yet.
  var first: Cause { taken.withLock { $0 } ?? .signal(SIGTERM) }

  func take(_ cause: Cause) { taken.withLock { $0 = $0 ?? cause } }
}

/// A run, or a measurement, that was asked to stop.
public struct Interrupted: Error, CustomStringConvertible {
  /// What was stopped, in one line.
  public let description: String

  /// A run that keeps its work.
  ///
  /// - Parameters:
  ///   - progress: how far it came.
  ///   - command: what continues it, such as `pba train --resume --run T`.
  init(_ progress: String = "", continuedBy command: String) {
    description = "stopped\(progress); what is finished is kept: continue with \(command)"
  }

  /// What leaves nothing behind; the words say so.
  public init(keepingNothing words: String) {
    description = words
  }
}

/// Calls the body; where it was asked to stop, the error names the command that continues.
func continued<Result>(by command: String, _ body: () throws -> Result) throws -> Result {
  do {
    return try body()
  } catch let error as SearchError {
    guard let place = error.placeOfStop else { throw error }
    throw Interrupted(" " + place, continuedBy: command)
  } catch is WorkStopped {
    throw Interrupted(continuedBy: command)
  }
}

extension Error {
  /// Whether it says that the program was asked to stop.
  var isStop: Bool { self is Interrupted }
}
