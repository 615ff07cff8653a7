import Text

/// How long a worker has been silent, and an attempt without progress; a pure value.
///
/// Times are those that the coordinator has waited, not those of a clock: a coordinator that was stopped for an hour
/// finds the worker's lines when it continues, and no limit is passed.
package struct AttemptClock {
  private let limits: WorkerLimits
  private var silent = 0.0
  private var withoutProgress = 0.0
  /// The seconds that were waited in all.
  package private(set) var total = 0.0
  private var sinceStop: Double?

  package init(_ limits: WorkerLimits) {
    self.limits = limits
  }

  /// Takes in that so many seconds were waited, of at most `slice` that were meant to be.
  package mutating func waited(_ seconds: Double, slice: Double) {
    let seconds = min(max(seconds, 0), 2 * slice)
    silent += seconds
    withoutProgress += seconds
    total += seconds
    if let before = sinceStop { sinceStop = before + seconds }
  }

  /// A message has come.
  package mutating func heard() { silent = 0 }

  /// The segment has advanced.
  package mutating func advanced() { withoutProgress = 0 }

  /// The worker has been asked to stop.
  package mutating func stopRequested() { sinceStop = sinceStop ?? 0 }

  /// Whether the worker was asked to stop and has not answered in time.
  package var ignoresStop: Bool { sinceStop.map { $0 > limits.stop } ?? false }

  /// The limit that is passed, in words; nil where none is.
  package var excess: String? {
    if silent > limits.silence { return "was silent for \(duration(limits.silence))" }
    if let limit = limits.progress, withoutProgress > Double(limit.seconds) {
      return "reported no progress for \(limit)"
    }
    if let limit = limits.segment, total > Double(limit.seconds) { return "took longer than \(limit)" }
    return nil
  }
}
