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
  /// The longest time in seconds from a worker's start to its greeting.
  public var greeting: Double
  /// The longest time in seconds from a request to stop to the worker's answer.
  public var stop: Double

  /// How long a segment may be without progress, unless another time is given.
  public static let usualProgress = TimeSpan(seconds: 30 * 60)

  /// Makes limits, those of the protocol unless others are given.
  public init(
    retries: Int = 2, progress: TimeSpan? = Self.usualProgress, segment: TimeSpan? = nil,
    heartbeat: Double = 2, report: Double = WorkerProtocol.usualProgress, greeting: Double = 60,
    stop: Double = 10
  ) {
    self.retries = retries
    self.progress = progress
    self.segment = segment
    self.heartbeat = heartbeat
    self.report = report
    self.greeting = greeting
    self.stop = stop
  }

  /// The seconds of silence after which a worker is lost: ten heartbeats, and no less than twenty seconds.
  public var silence: Double { max(10 * heartbeat, Self.shortestSilence) }

  /// Less than this may be a machine that is busy.
  private static let shortestSilence = 20.0
}
