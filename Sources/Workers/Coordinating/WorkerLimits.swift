import Text

/// How long a coordinator waits for a worker, and how often it tries a segment.
public struct WorkerLimits: Hashable, Sendable {
  /// How many further attempts a segment gets whose worker is lost.
  public var retries: Int
  /// The longest time without progress of a segment; nil for no limit.
  public var progress: TimeSpan?
  /// The longest time that a segment may take; nil for no limit.
  public var segment: TimeSpan?
  /// The longest time in seconds between two lines of a worker.
  public var heartbeat: Double
  /// The shortest time in seconds between two reports of progress.
  public var report: Double
  /// The longest time in seconds from a worker's start to its greeting, whatever else it says.
  public var greeting: Double
  /// The longest time in seconds from a request to stop to the worker's answer.
  public var stop: Double
  /// The longest pause in seconds between two attempts of which the first was lost for no reason of its own.
  public var longestPause: Double

  /// How long a segment may be without progress, unless another time is given.
  public static let usualProgress = TimeSpan(seconds: 30 * 60)

  /// Makes limits, those of the protocol unless others are given.
  public init(
    retries: Int = 2, progress: TimeSpan? = Self.usualProgress, segment: TimeSpan? = nil,
    heartbeat: Double = 2, report: Double = WorkerProtocol.usualProgress, greeting: Double = 60,
    stop: Double = 10, longestPause: Double = 10
  ) {
    self.retries = retries
    self.progress = progress
    self.segment = segment
    self.heartbeat = heartbeat
    self.report = report
    self.greeting = greeting
    self.stop = stop
    self.longestPause = longestPause
  }

  /// The seconds of silence after which a worker is lost: ten heartbeats, and no less than twenty seconds.
  public var silence: Double { max(10 * heartbeat, Self.shortestSilence) }

  /// How many losses in a row that say nothing about a segment are put up with.
  public static let mostLossesInARow = 20

  /// The pause in seconds after so many such losses in a row: a tenth of a second, then twice the one before.
  package func pause(afterLosses count: Int) -> Double {
    min(0.1 * Double(1 << min(max(count - 1, 0), 20)), longestPause)
  }

  /// The limits of a worker that loads what it needs: it must give signs of life, but may take its time.
  package var ofLoading: WorkerLimits {
    var limits = self
    (limits.progress, limits.segment) = (nil, nil)
    return limits
  }

  /// Less than this may be a machine that is busy.
  private static let shortestSilence = 20.0
}
