/// Counts the seconds of a run in which something was done, from moments of the machine's clock.
///
/// A run may be stopped overnight and continued: long pauses, in which nothing was done, are left out.
struct WorkClock {
  /// The first moment.
  let start: Double
  /// The stretches without work that are left out, in order.
  let pauses: [ClosedRange<Double>]
  /// The seconds from the first moment to the last, without the pauses.
  let length: Double

  /// A clock for work that was done in some spans, in any order.
  init(_ spans: [ClosedRange<Double>]) {
    let sorted = spans.filter { $0.upperBound.isFinite }.sorted { $0.lowerBound < $1.lowerBound }
    let whole = sorted.reduce(0) { $0 + $1.upperBound - $1.lowerBound }
    let longest = max(2, whole * 0.02)
    var pauses: [ClosedRange<Double>] = []
    var end = sorted.first?.lowerBound ?? 0
    for span in sorted {
      if span.lowerBound - end > longest { pauses.append(end...span.lowerBound) }
      end = max(end, span.upperBound)
    }
    start = sorted.first?.lowerBound ?? 0
    self.pauses = pauses
    length = end - start - pauses.reduce(0) { $0 + $1.upperBound - $1.lowerBound }
  }

  /// The seconds of work before a moment.
  func worked(_ moment: Double) -> Double {
    let left = pauses.reduce(0) { sum, pause in
      sum + min(max(moment - pause.lowerBound, 0), pause.upperBound - pause.lowerBound)
    }
    return moment - start - left
  }
}
