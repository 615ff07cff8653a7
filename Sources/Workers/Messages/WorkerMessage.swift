import RunStore
import Search

/// What a worker says to its coordinator; the protocol is in `docs/worker-protocol.md`.
///
///     let message = try WorkerMessage.read(line)  // nil for a line that is no message
public enum WorkerMessage: Hashable, Sendable {
  /// The first message: who it is, and which versions of the protocol it speaks.
  case hello(WorkerHello)
  /// It has loaded what it needs and waits for segments.
  case ready
  /// It cannot serve, and ends.
  case bye(Farewell)
  /// How far the segment is.
  case progress(SegmentProgress)
  /// The process runs.
  case alive
  /// The segment is trained and its checkpoint written.
  case done(SegmentDone)
  /// The segment is not trained.
  case failed(SegmentFailure)
}

/// Who a worker is.
public struct WorkerHello: Hashable, Sendable {
  /// The versions of the protocol that it speaks.
  public var versions: ClosedRange<Int>
  /// Its name and version, such as `swift_pba 0.1.0`.
  public var worker: String
  /// Its process.
  public var pid: Int
  /// The machine that it runs on.
  public var host: String
  /// The version of Python, where it has one.
  public var python: String?
  /// The devices that it sees, where it says so.
  public var devices: [String]?

  /// Makes a greeting.
  public init(
    versions: ClosedRange<Int> = WorkerProtocol.versions, worker: String, pid: Int, host: String,
    python: String? = nil, devices: [String]? = nil
  ) {
    self.versions = versions
    self.worker = worker
    self.pid = pid
    self.host = host
    self.python = python
    self.devices = devices
  }
}

/// Why a side ends the conversation.
public struct Farewell: Codable, Hashable, Sendable {
  /// The reason in one line.
  public var reason: String
  /// The user's frames where the error is theirs, several lines.
  public var traceback: String?

  /// Makes a farewell.
  public init(reason: String, traceback: String? = nil) {
    self.reason = reason
    self.traceback = traceback
  }
}

/// How far a segment is.
public struct SegmentProgress: Hashable, Sendable {
  /// The attempt that is meant.
  public var key: SegmentKey
  /// The epoch in training, from 0.
  public var epoch: Int
  /// How much of the epoch is done, in units of the worker's choice; nil where it does not say.
  public var done: Double?
  /// All there is to do in the epoch, in the same units.
  public var total: Double?
  /// Figures by names of the worker's choice; those that are not numbers are left out.
  public var metrics: [String: Double]

  /// Makes a report of progress.
  public init(
    key: SegmentKey, epoch: Int, done: Double? = nil, total: Double? = nil, metrics: [String: Double] = [:]
  ) {
    self.key = key
    self.epoch = epoch
    self.done = done
    self.total = total
    self.metrics = metrics
  }

  /// The share of a segment of these epochs that is done, from 0 to 1.
  public func share(of epochs: Range<Int>) -> Double {
    var within = 0.0
    if let done, let total, total > 0 { within = min(max(done / total, 0), 1) }
    return min(max((Double(epoch - epochs.lowerBound) + within) / Double(max(epochs.count, 1)), 0), 1)
  }
}

/// A segment that is trained.
public struct SegmentDone: Hashable, Sendable {
  /// The attempt that is meant.
  public var key: SegmentKey
  /// What trials are compared by.
  public var score: Double
  /// Figures by names of the worker's choice; those that are not numbers are left out.
  public var metrics: [String: Double]
  /// The SHA-256 of the checkpoint, 64 lower-case hexadecimal digits.
  public var digest: String
  /// The bytes of the checkpoint.
  public var size: Int
  /// The time it took.
  public var seconds: Double
  /// What the time went into, where the worker says so.
  public var times: WorkTimes?

  /// The names of figures that reports know: the mean loss of the last epoch, and the share of images classified correctly.
  public static let (trainLoss, trainAccuracy) = ("train_loss", "train_accuracy")

  /// Makes a result.
  public init(
    key: SegmentKey, score: Double, metrics: [String: Double] = [:], digest: String, size: Int,
    seconds: Double,
    times: WorkTimes? = nil
  ) {
    self.key = key
    self.score = score
    self.metrics = metrics
    self.digest = digest
    self.size = size
    self.seconds = seconds
    self.times = times
  }
}

/// A segment that is not trained.
public struct SegmentFailure: Hashable, Sendable {
  /// Why a segment is not trained, which decides what follows.
  public enum Kind: String, CaseIterable, Codable, Hashable, Sendable {
    /// The loss or the score is not a finite number: a result.
    case notFinite = "not-finite"
    /// The training itself raised an error: the search ends.
    case user
    /// Memory is used up: it is tried again.
    case memory = "oom"
    /// It was asked to stop.
    case stopped
    /// The output was there already, or the start checkpoint is not what it was: it is tried again.
    case fenced
  }

  /// The attempt that is meant.
  public var key: SegmentKey
  /// What kind of failure it is.
  public var kind: Kind
  /// The reason in one line.
  public var reason: String
  /// The user's frames where the error is theirs, several lines.
  public var traceback: String?

  /// Makes a failure.
  public init(key: SegmentKey, kind: Kind, reason: String, traceback: String? = nil) {
    self.key = key
    self.kind = kind
    self.reason = reason
    self.traceback = traceback
  }
}
