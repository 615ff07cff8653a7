import Foundation
import Text
import Threads

/// Progress on standard error: a few lines that change in place on a terminal, a line now and then elsewhere.
///
/// Called from several threads.
final class ProgressDisplay: @unchecked Sendable {
  // The lock guards every variable below, so sharing the object is safe.
  private let lock = ThreadLock()
  private let unit: String
  private let unitSize: Int
  private let output = StandardError.shared
  private var meter: ProgressMeter
  private var panel: any ProgressPanel = LabelPanel()
  private var shown = ContinuousClock.now
  private var isFinished = false

  /// The longest silence where there is no terminal.
  private static let lineInterval = Duration.seconds(15)
  private static let pictureInterval = Duration.milliseconds(100)

  /// Progress towards an amount of work.
  ///
  /// - Parameters:
  ///   - total: the amount.
  ///   - unit: what is counted, such as images.
  ///   - unitSize: how much of the amount one of them is.
  init(total: Int, unit: String, unitSize: Int = 1) {
    meter = ProgressMeter(total: total)
    self.unit = unit
    self.unitSize = unitSize
  }

  /// Names what is going on now.
  func setLabel(_ text: String) { lock.withLock { panel = LabelPanel(summary: text) } }

  /// Shows what stands beside the bar from now on.
  func setPanel(_ panel: any ProgressPanel) {
    lock.withLock {
      self.panel = panel
      if output.isTerminal { showAfter(Self.pictureInterval) }
    }
  }

  /// Shows how things stand at once, where there is a terminal.
  func showNow() { lock.withLock { if output.isTerminal { show(.now) } } }

  /// Takes in that there is more to do than was thought, or less.
  func extend(by count: Int) { if count != 0 { lock.withLock { meter.extend(by: count) } } }

  /// Counts finished work.
  func advance(_ count: Int) {
    lock.withLock {
      meter.advance(count, at: .now)
      showAfter(output.isTerminal ? Self.pictureInterval : Self.lineInterval)
    }
  }

  /// Writes a line that stays, above what changes.
  func note(_ text: String) { output.note(text) }

  /// Takes away what changes, for good.
  func finish() {
    lock.withLock {
      isFinished = true
      output.clear()
    }
  }

  private func showAfter(_ silence: Duration) {
    let now = ContinuousClock.now
    if now - shown >= silence { show(now) }
  }

  private func show(_ now: ContinuousClock.Instant) {
    guard !isFinished else { return }
    shown = now
    let speed = speed(now)
    guard output.isTerminal else {
      return output.note(
        (["\(decimal(meter.share * 100, 0)) %"] + speed + [panel.summary]).joined(separator: "  "))
    }
    output.show { columns in
      // Nothing is written to the last column.
      panel.lines(width: columns - 1, speed: speed) + [bar(share: meter.share, width: columns - 1)]
    }
  }

  private func speed(_ now: ContinuousClock.Instant) -> [String] {
    guard let rate = meter.rate(at: now), let left = meter.secondsLeft(at: now) else { return [] }
    let speed = rate / Double(unitSize)
    return [
      speed < 1 && unitSize > 1
        ? "\(significant(speed * 60, 2)) \(unit)/min" : "\(decimal(speed, 0)) \(unit)/s",
      "\(duration(left)) left",
    ]
  }
}
