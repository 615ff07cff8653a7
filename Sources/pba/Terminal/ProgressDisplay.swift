import Foundation

/// Progress on standard error: a bar with rate and time left on a terminal, a line now and then elsewhere.
///
/// Called from several threads.
final class ProgressDisplay: @unchecked Sendable {
  // The lock guards every variable below, so sharing the object is safe.
  private let lock = NSLock()
  private let total: Int
  private let unit: String
  private let isTerminal = isatty(STDERR_FILENO) == 1
  private let start = ContinuousClock.now
  private var label = ""
  private var done = 0
  private var shown = ContinuousClock.now
  private var barIsShown = false

  /// The longest silence where there is no terminal.
  private static let lineInterval = Duration.seconds(15)
  private static let barInterval = Duration.milliseconds(200)

  /// Progress towards `total` units of work, such as images.
  init(total: Int, unit: String) {
    self.total = max(total, 1)
    self.unit = unit
  }

  /// Names what is going on now.
  func setLabel(_ text: String) { lock.withLock { label = text } }

  /// Counts finished work.
  func advance(_ count: Int) {
    lock.withLock {
      done += count
      let now = ContinuousClock.now
      guard now - shown >= (isTerminal ? Self.barInterval : Self.lineInterval) else { return }
      shown = now
      show(now)
    }
  }

  /// Writes a line that stays, above the bar.
  func note(_ text: String) {
    lock.withLock {
      clear()
      write(text + "\n")
      if isTerminal, done > 0 { show(.now) }
    }
  }

  /// Takes the bar away.
  func finish() { lock.withLock { clear() } }

  private func show(_ now: ContinuousClock.Instant) {
    let seconds = (now - start) / .seconds(1)
    let rate = Double(done) / max(seconds, 1e-9)
    let share = min(Double(done) / Double(total), 1)
    let figures =
      "\(decimal(share * 100, 0)) %  \(decimal(rate, 0)) \(unit)/s  \(duration(Double(max(total - done, 0)) / rate)) left"
    if isTerminal {
      let width = 30
      let filled = Int(share * Double(width))
      let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: width - filled)
      write("\r\u{1B}[2K\(bar)  \(figures)  \(label)")
      barIsShown = true
    } else {
      write("\(figures)  \(label)\n")
    }
  }

  private func clear() {
    if barIsShown { write("\r\u{1B}[2K") }
    barIsShown = false
  }

  private func write(_ text: String) { try? FileHandle.standardError.write(contentsOf: Data(text.utf8)) }
}

/// Writes a line to standard error: what is going on.
func printNote(_ text: String) {
  try? FileHandle.standardError.write(contentsOf: Data((text + "\n").utf8))
}
