import Datasets
import Search
import Text
import Torch

/// What a coordinator says to a worker; the protocol is in `docs/worker-protocol.md`.
public enum CoordinatorMessage: Hashable, Sendable {
  /// The answer to a worker's greeting: which version is spoken, and what to train.
  case welcome(WorkerWelcome)
  /// It ends the conversation.
  case bye(Farewell)
  /// A segment to train.
  case run(SegmentRequest)
  /// The segment is to end as soon as it can.
  case stop(SegmentKey)
  /// There are no more segments.
  case quit
}

/// What a worker gets at the beginning.
public struct WorkerWelcome: Hashable, Sendable {
  /// The version of the protocol that is spoken from now on.
  public var version: Int
  /// The longest time in seconds between two lines of the worker.
  public var heartbeat: Double
  /// The shortest time in seconds between two reports of progress.
  public var progress: Double
  /// What to train.
  public var configuration: WorkerConfiguration

  /// Makes a welcome.
  public init(
    version: Int = WorkerProtocol.versions.upperBound, heartbeat: Double,
    progress: Double = WorkerProtocol.usualProgress, configuration: WorkerConfiguration
  ) {
    self.version = version
    self.heartbeat = heartbeat
    self.progress = progress
    self.configuration = configuration
  }
}

/// What a worker trains, and where.
public enum WorkerConfiguration: Hashable, Sendable {
  /// The networks of this program under the settings of a search.
  case network(NetworkWork)
  /// A class of the user's, in Python.
  case trainer(TrainerWork)
}

/// The work of a worker that trains networks of this program.
public struct NetworkWork: Codable, Hashable, Sendable {
  /// The settings of the search; they name the images and their digest.
  public var search: SearchConfiguration
  /// The device as the worker sees it.
  public var device: Device
  /// The images of the search in a file; nil where the worker reads the dataset itself.
  public var images: PackedImages?

  /// Makes a description of work.
  public init(search: SearchConfiguration, device: Device, images: PackedImages? = nil) {
    self.search = search
    self.device = device
    self.images = images
  }
}

/// The work of a worker that trains what a class of the user's says.
public struct TrainerWork: Codable, Hashable, Sendable {
  /// The path of the Python file.
  public var file: String
  /// The SHA-256 of the file in hexadecimal; nil where the worker takes it as it is.
  public var digest: String?
  /// The name of the class; nil where the file has one.
  public var className: String?
  /// The user's own settings, an object.
  public var settings: JSONValue
  /// The length of the search.
  public var epochs: Int
  /// The device as the worker sees it.
  public var device: Device
  /// Which number of what the class returns is the score; nil for the usual name.
  public var metric: String?

  /// Makes a description of work.
  public init(
    file: String, digest: String? = nil, className: String? = nil, settings: JSONValue, epochs: Int,
    device: Device,
    metric: String? = nil
  ) {
    self.file = file
    self.digest = digest
    self.className = className
    self.settings = settings
    self.epochs = epochs
    self.device = device
    self.metric = metric
  }

  private enum CodingKeys: String, CodingKey {
    case file, digest, epochs, device, metric
    case className = "class"
    case settings = "config"
  }
}
