import Files
import Foundation
import Threads

/// A program that runs beside this one, in a process group of its own, its three channels connected by pipes.
///
/// One thread at a time sends and receives; any may end it. No other child of this program holds an end of its pipes.
package final class ChildProcess: @unchecked Sendable {
  /// How a process has ended.
  package enum Ending: Hashable, Sendable, CustomStringConvertible {
    case code(Int32)
    case signal(Int32)
    /// Another part of this program has taken note of its end, so nobody knows how.
    case unknown

    /// As in `ended with code 1`, `ended by signal 9 (Killed)`.
    package var description: String {
      switch self {
      case .code(let code): "ended with code \(code)"
      case .signal(let number): "ended by signal \(number) (\(String(cString: strsignal(number))))"
      case .unknown: "has ended"
      }
    }
  }

  /// The number of the process, and of its group.
  package let pid: pid_t
  private let input: Int32
  private let output: Int32
  private let errors: Int32

  // The lock guards the three variables below; the others belong to the thread that sends and receives.
  private let lock = ThreadLock()
  private var found: Ending?
  private var killed: SuspendingClock.Instant?
  private var isInputOpen = true

  private var lines: LineBuffer
  private var errorLines = LineBuffer(longest: 4096)
  private var isOutputOpen = true
  private var isErrorsOpen = true
  private var lastErrorLines: [String] = []
  private var wroteTooMuch = false
  private let onErrorLine: @Sendable (String) -> Void

  /// How many of the last lines on standard error are kept.
  private static let keptLines = 20
  /// The longest time in seconds that a process may leave its input unread.
  private static let longestWrite = 20.0
  /// The most bytes of standard output that are kept while nobody takes lines.
  private static let mostUnread = 16 << 20
  /// The longest time in seconds in which the last words of a process that is gone are read.
  private static let longestRest = 0.5
  /// The longest time in seconds that the end of a process takes which was killed.
  private static let longestEnd = 5.0

  /// Starts a program.
  ///
  /// - Parameters:
  ///   - command: the path of the program, or its name on the search path, and its arguments.
  ///   - environment: its whole environment.
  ///   - longestLine: the most bytes of a line on its standard output, the line's end included.
  ///   - onErrorLine: called with each line that it writes to standard error, from the thread that receives.
  /// - Throws: ``FileError`` with the system's reason.
  package init(
    _ command: [String], environment: [String: String], longestLine: Int = WorkerProtocol.longestLine,
    onErrorLine: @escaping @Sendable (String) -> Void = { _ in }
  ) throws {
    lines = LineBuffer(longest: longestLine)
    let name = command.first ?? ""
    var pipes: [Pipe] = []
    do {
      for _ in 0..<3 { pipes.append(try Pipe(for: name)) }
      pid = try Self.spawn(
        command, environment, channels: [pipes[0].readEnd, pipes[1].writeEnd, pipes[2].writeEnd])
    } catch {
      for pipe in pipes { pipe.close() }
      throw error
    }
    close(pipes[0].readEnd)
    close(pipes[1].writeEnd)
    close(pipes[2].writeEnd)
    (input, output, errors) = (pipes[0].writeEnd, pipes[1].readEnd, pipes[2].readEnd)
    for end in [input, output, errors] { _ = fcntl(end, F_SETFL, O_NONBLOCK) }
    #if canImport(Darwin)
      _ = fcntl(input, F_SETNOSIGPIPE, 1)
    #endif
    self.onErrorLine = onErrorLine
  }

  deinit {
    kill()
    closeInput()
    close(output)
    close(errors)
  }

  // MARK: - Lines

  /// Sends a line, which is given without its end.
  ///
  /// - Throws: ``WorkerLoss`` where the process has ended, or leaves its input unread.
  package func send(_ line: String) throws(WorkerLoss) {
    let bytes = Array((line + "\n").utf8)
    var sent = 0
    var waited = 0.0
    while sent < bytes.count {
      let count = withoutBrokenPipeSignal {
        bytes[sent...].withUnsafeBytes { write(input, $0.baseAddress, $0.count) }
      }
      if count >= 0 {
        sent += count
      } else if errno == EAGAIN {
        // It may wait itself until somebody reads what it writes.
        let start = SuspendingClock.now
        _ = poll(within: 0.25, forSending: true)
        waited += (SuspendingClock.now - start) / .seconds(1)
        if wroteTooMuch { throw tooMuch }
        if waited > Self.longestWrite {
          throw WorkerLoss("has not read its input for \(Int(Self.longestWrite)) s")
        }
      } else if errno != EINTR {
        throw endingAsLoss()
      }
    }
  }

  /// The next line of standard output, without its end; nil where none comes within so many seconds.
  ///
  /// What the process has written before it ended is given first.
  ///
  /// What it writes to standard error does not make the time longer.
  ///
  /// - Throws: ``WorkerLoss`` where the process has ended, or sends a line without end.
  package func receive(within seconds: Double) throws(WorkerLoss) -> String? {
    let start = SuspendingClock.now
    var isOver = false
    while true {
      do {
        if let line = try lines.next() { return line }
      } catch {
        throw WorkerLoss("sent a line of more than \(error.longest) bytes")
      }
      if wroteTooMuch { throw tooMuch }
      guard isOutputOpen else { throw endingAsLoss() }
      if isOver {
        // Another process may still hold the other end of the pipe.
        if hasEnded {
          if poll(within: 0).output { continue }
          throw endingAsLoss()
        }
        return nil
      }
      let left = seconds - (SuspendingClock.now - start) / .seconds(1)
      isOver = left <= 0
      _ = poll(within: max(left, 0))
    }
  }

  private var tooMuch: WorkerLoss {
    WorkerLoss("wrote more than \(Self.mostUnread >> 20) MiB before it read its input")
  }

  /// Waits until a channel has something, and takes it; which of them had something.
  private func poll(within seconds: Double, forSending: Bool = false) -> (output: Bool, errors: Bool) {
    var channels = [
      pollfd(fd: isOutputOpen ? output : -1, events: Int16(POLLIN), revents: 0),
      pollfd(fd: isErrorsOpen ? errors : -1, events: Int16(POLLIN), revents: 0),
    ]
    if forSending { channels.append(pollfd(fd: input, events: Int16(POLLOUT), revents: 0)) }
    let count = systemPoll(&channels, nfds_t(channels.count), Int32((seconds * 1000).rounded(.up)))
    guard count > 0 else { return (false, false) }
    // Standard error first: it explains what standard output ends with.
    let (hasErrors, hasOutput) = (channels[1].revents != 0, channels[0].revents != 0)
    if hasErrors { takeErrors() }
    if hasOutput { takeOutput() }
    return (hasOutput, hasErrors)
  }

  private func takeOutput() {
    isOutputOpen = Self.read(output) {
      wroteTooMuch = wroteTooMuch || lines.count > Self.mostUnread
      if !wroteTooMuch { lines.append($0) }
    }
  }

  private func takeErrors() {
    isErrorsOpen = Self.read(errors) { errorLines.append($0) }
    while let line = errorLines.nextPiece() { keep(line) }
    if !isErrorsOpen, let rest = errorLines.takeRestPiece() { keep(rest) }
  }

  private func keep(_ line: String) {
    lastErrorLines.append(line)
    if lastErrorLines.count > Self.keptLines { lastErrorLines.removeFirst() }
    onErrorLine(line)
  }

  /// Reads what a channel has; false at its end.
  private static func read(_ channel: Int32, _ take: (UnsafeRawBufferPointer) -> Void) -> Bool {
    withUnsafeTemporaryAllocation(byteCount: 1 << 16, alignment: 16) { buffer in
      let count = systemRead(channel, buffer.baseAddress, buffer.count)
      if count > 0 { take(UnsafeRawBufferPointer(rebasing: buffer[..<count])) }
      return count > 0 || count < 0 && (errno == EAGAIN || errno == EINTR)
    }
  }

  /// Waits until there is something to receive, or to read from another channel, but no longer than so many seconds.
  package func wait(orFor other: Int32, within seconds: Double) {
    var channels = [isOutputOpen ? output : -1, isErrorsOpen ? errors : -1, other].map {
      pollfd(fd: $0, events: Int16(POLLIN), revents: 0)
    }
    _ = systemPoll(&channels, nfds_t(channels.count), Int32((seconds * 1000).rounded(.up)))
  }

  // MARK: - The end

  /// Lets the process read the end of its input.
  package func closeInput() {
    lock.withLock {
      if isInputOpen { close(input) }
      isInputOpen = false
    }
  }

  /// Waits so many seconds for the process to end; false where it has not.
  package func waitForEnd(within seconds: Double) -> Bool {
    let start = SuspendingClock.now
    while !hasEnded {
      if (SuspendingClock.now - start) / .seconds(1) >= seconds { return false }
      // It may wait itself until somebody reads what it writes; channels that are closed cannot be waited for.
      if isOutputOpen || isErrorsOpen { _ = poll(within: 0.01) } else { usleep(5000) }
    }
    return true
  }

  /// How the process has ended; nil before ``kill()``, and where it does not end.
  package var ending: Ending? { lock.withLock { found } }

  /// Ends the process and all of its group, without waiting; without effect where it is gone.
  package func beginKill() {
    lock.withLock {
      guard isOwn else { return }
      // Before the process is waited for: until then its number belongs to no other.
      _ = systemKill(-pid, SIGKILL)
      _ = systemKill(pid, SIGKILL)
      killed = killed ?? .now
    }
  }

  /// Ends the process and all of its group, and returns when it is gone; without effect where it is.
  ///
  /// The system may keep a process that waits for a device; it is then left to itself.
  package func kill() {
    let wasKilled = lock.withLock { killed != nil }
    beginKill()
    guard let start = lock.withLock({ killed }) else { return }
    while !takeEnding() {
      if (SuspendingClock.now - start) / .seconds(1) >= Self.longestEnd {
        if !wasKilled { onErrorLine("process \(pid) was killed and does not end; it is left to the system") }
        return
      }
      usleep(1000)
    }
  }

  /// Takes note of the end of a process that was killed; false where it has not ended.
  private func takeEnding() -> Bool {
    lock.withLock {
      guard isOwn else { return true }
      var status: Int32 = 0
      if waitpid(pid, &status, WNOHANG) == pid { found = Self.ending(ofStatus: status) }
      return found != nil
    }
  }

  /// Whether the process has ended; its number stays its own until ``kill()``.
  private var hasEnded: Bool {
    lock.withLock {
      guard isOwn else { return true }
      var information = siginfo_t()
      let code = waitid(P_PID, id_t(pid), &information, WEXITED | WNOHANG | WNOWAIT)
      return code == 0 && information.si_signo == SIGCHLD
    }
  }

  /// Whether its number is still its own; looked at under the lock.
  ///
  /// A part of this program that waits for any child takes the number away, and another process may get it.
  private var isOwn: Bool {
    guard found == nil else { return false }
    var information = siginfo_t()
    if waitid(P_PID, id_t(pid), &information, WEXITED | WNOHANG | WNOWAIT) == -1, errno == ECHILD {
      found = .unknown
    }
    return found == nil
  }

  /// What is said of a process whose channel has ended.
  private func endingAsLoss() -> WorkerLoss {
    // The system closes the channels a moment before it says how the process has ended.
    let isOver = waitForEnd(within: 2)
    kill()
    // What is left of its group, or of another, may still write.
    let start = SuspendingClock.now
    while isErrorsOpen, (SuspendingClock.now - start) / .seconds(1) < Self.longestRest,
      poll(within: 0).errors
    {}
    let words = isOver ? ending.map { "\($0)" } ?? "has ended" : "closed its output"
    let last = lastErrorLines.last { !$0.allSatisfy(\.isWhitespace) }
    return WorkerLoss(words + (last.map { "; its last line: \($0.prefix(300))" } ?? ""))
  }

  private static func ending(ofStatus status: Int32) -> Ending {
    let signal = status & 0x7f
    return signal == 0 ? .code(status >> 8 & 0xff) : .signal(signal)
  }
}
