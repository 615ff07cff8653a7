/// How much of some work is done, how fast it goes and how long the rest will take.
struct ProgressMeter {
  /// The work in all.
  private(set) var total: Int
  private(set) var done = 0
  private var samples: [(time: ContinuousClock.Instant, done: Int)]

  /// The speed is that of so long.
  private static let window = Duration.seconds(30)
  private static let sampleInterval = Duration.seconds(1)

  init(total: Int, start: ContinuousClock.Instant = .now) {
    self.total = max(total, 1)
    samples = [(start, 0)]
  }

  /// Takes in that there is more to do, or less.
  mutating func extend(by count: Int) { total = max(total + count, 1) }

  /// Counts finished work.
  mutating func advance(_ count: Int, at now: ContinuousClock.Instant) {
    done += count
    guard let last = samples.last, now - last.time >= Self.sampleInterval else { return }
    samples.append((now, done))
    // The oldest that is kept lies just before the window.
    while samples.count > 2, now - samples[1].time >= Self.window { samples.removeFirst() }
  }

  /// The share that is done, 0 to 1.
  var share: Double { min(Double(done) / Double(total), 1) }

  /// Units of work a second; nil before the first.
  func rate(at now: ContinuousClock.Instant) -> Double? {
    guard let first = samples.first, done > first.done else { return nil }
    return Double(done - first.done) / max((now - first.time) / .seconds(1), 1e-9)
  }

  /// The seconds that the rest will take; nil where the speed is not known.
  func secondsLeft(at now: ContinuousClock.Instant) -> Double? {
    rate(at: now).map { Double(max(total - done, 0)) / $0 }
  }
}
