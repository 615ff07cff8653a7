import Foundation
import RunStore

/// A stopwatch for a stretch of training; it tells people where time went and decides nothing.
package struct WorkWatch {
  /// What time goes into.
  package enum Part: Hashable, Sendable {
    case preparation, training, evaluation, checkpoint
  }

  private let started = Date().timeIntervalSince1970
  private let slot: Int
  private var part = Part.preparation
  private var partStart = ContinuousClock.now
  private var seconds: [Part: Double] = [:]

  /// Starts with the preparation, on one of the stretches that are trained at once.
  package init(slot: Int) {
    self.slot = slot
  }

  /// Ends the part that runs and begins another, perhaps once more.
  package mutating func begin(_ next: Part) {
    let now = ContinuousClock.now
    seconds[part, default: 0] += (now - partStart) / .seconds(1)
    (part, partStart) = (next, now)
  }

  /// Ends the part that runs and gives all times.
  package mutating func stop() -> WorkTimes {
    begin(part)
    func spent(_ part: Part) -> Double { seconds[part] ?? 0 }
    return WorkTimes(
      started: started, slot: slot, preparation: spent(.preparation), training: spent(.training),
      evaluation: spent(.evaluation), checkpoint: spent(.checkpoint))
  }
}
