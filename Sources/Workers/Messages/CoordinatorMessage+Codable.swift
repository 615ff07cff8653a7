import Search
import Text
import Torch

extension CoordinatorMessage: TaggedMessage {
  /// `message of a coordinator`.
  public static var title: String { "message of a coordinator" }

  /// The words that `t` can be.
  public enum Tag: String, CaseIterable, Codable, Sendable {
    case welcome, bye, run, stop, quit
  }

  private enum CodingKeys: String, CodingKey { case key }

  /// Decodes a message and checks each of its values.
  public init(from decoder: any Decoder) throws {
    switch try Self.tag(decoder) {
    case .welcome: self = .welcome(try WorkerWelcome(from: decoder))
    case .bye: self = .bye(try Farewell(from: decoder))
    case .run: self = .run(try SegmentRequest(from: decoder))
    case .stop:
      self = .stop(try decoder.container(keyedBy: CodingKeys.self).decode(SegmentKey.self, forKey: .key))
    case .quit: self = .quit
    }
  }

  /// Encodes the word and what belongs to it.
  public func encode(to encoder: any Encoder) throws {
    func write(_ tag: Tag, _ body: (any Encodable)? = nil) throws {
      try Self.write(tag, to: encoder)
      try body?.encode(to: encoder)
    }
    switch self {
    case .welcome(let welcome): try write(.welcome, welcome)
    case .bye(let farewell): try write(.bye, farewell)
    case .run(let request): try write(.run, request)
    case .stop(let key):
      try write(.stop)
      var values = encoder.container(keyedBy: CodingKeys.self)
      try values.encode(key, forKey: .key)
    case .quit: try write(.quit)
    }
  }
}

extension WorkerWelcome: Codable {
  private enum CodingKeys: String, CodingKey {
    case heartbeat, progress
    case version = "protocol"
    case configuration = "config"
  }

  /// Decodes a welcome and checks its values.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      version: try values.decode(Int.self, forKey: .version),
      heartbeat: try values.decode(.heartbeat, expecting: "seconds from 0.01 to 3600") {
        (0.01...3600).contains($0)
      },
      progress: try values.contains(.progress)
        ? values.decode(.progress, expecting: "seconds from 0 to 3600") { (0...3600).contains($0) }
        : WorkerProtocol.usualProgress,
      configuration: try values.decode(WorkerConfiguration.self, forKey: .configuration))
  }

  /// Encodes the welcome.
  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(version, forKey: .version)
    try values.encode(heartbeat, forKey: .heartbeat)
    try values.encode(progress, forKey: .progress)
    try values.encode(configuration, forKey: .configuration)
  }
}

extension WorkerConfiguration: Codable {
  private enum CodingKeys: String, CodingKey { case kind }
  private enum Kind: String, CaseIterable, Codable { case network, trainer }

  /// Decodes work of one of the kinds.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    let text: String = try values.decode(.kind, expecting: words(of: Kind.self)) {
      Kind(rawValue: $0) != nil
    }
    self =
      text == Kind.network.rawValue
      ? .network(try NetworkWork(from: decoder)) : .trainer(try TrainerWork(from: decoder))
  }

  /// Encodes the kind and what belongs to it.
  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    switch self {
    case .network(let work):
      try values.encode(Kind.network, forKey: .kind)
      try work.encode(to: encoder)
    case .trainer(let work):
      try values.encode(Kind.trainer, forKey: .kind)
      try work.encode(to: encoder)
    }
  }
}
