import Torch

/// Where on a Ray cluster workers run, and what is sent to its nodes.
public struct RayPlaces: Hashable, Sendable {
  /// `auto` for the cluster of this machine, or `HOST:PORT`.
  public var address: String
  /// The CPUs that a worker takes of its node.
  public var cpus: Double
  /// The GPUs that a worker takes of its node; a fraction where several share one.
  public var gpus: Double
  /// A folder with the trainer's file and what it imports, sent to the nodes; nil where the file is enough.
  public var code: String?
  /// The wheel of this package, sent to the nodes; nil where they have it.
  public var wheel: String?
  /// Whether the images of a search with networks of this program are sent to the nodes, which otherwise read them by path.
  public var shipsImages: Bool

  /// The CPUs of a worker unless others are asked for.
  public static let usualCPUs = 1.0

  /// Places for workers.
  public init(
    _ address: String, cpus: Double = Self.usualCPUs, gpus: Double = 0, code: String? = nil,
    wheel: String? = nil, shipsImages: Bool = false
  ) {
    self.address = address
    self.cpus = cpus
    self.gpus = gpus
    self.code = code
    self.wheel = wheel
    self.shipsImages = shipsImages
  }

  /// The device that a worker trains on: Ray lets it see the GPU alone that it has given it.
  public var device: Device { gpus > 0 ? .cuda(0) : .cpu }

  /// How many workers the nodes hold at once.
  public func room(on nodes: [RayNode]) -> Int {
    nodes.reduce(0) { sum, node in
      let parts = [(node.cpus, cpus), (node.gpus, gpus)].filter { $0.1 > 0 }.map {
        Self.times($0.1, in: $0.0)
      }
      return sum + (parts.min() ?? 0)
    }
  }

  /// How often a share is there; no more than a number that no cluster reaches, however small the share is.
  private static func times(_ share: Double, in whole: Double) -> Int {
    let most = 1_000_000
    let count = (whole / share).rounded(.down)
    return Int(exactly: count).map { min($0, most) } ?? most
  }
}

/// A node of a Ray cluster.
public struct RayNode: Decodable, Hashable, Sendable {
  /// Ray's name of it.
  public let id: String
  /// The machine's name.
  public let host: String
  /// The CPUs that Ray gives away there.
  public let cpus: Double
  /// The GPUs that Ray gives away there.
  public let gpus: Double

  /// More of anything than a machine has.
  private static let most = 1_000_000.0

  /// A node; a number that no machine has becomes the nearest that one may have.
  public init(id: String, host: String, cpus: Double, gpus: Double) {
    func possible(_ count: Double) -> Double { count > 0 ? min(count, Self.most) : 0 }
    self.id = id
    self.host = host
    self.cpus = possible(cpus)
    self.gpus = possible(gpus)
  }

  private enum CodingKeys: CodingKey {
    case id, host, cpus, gpus
  }

  /// Reads what a bridge says of a node.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      id: try values.decode(String.self, forKey: .id), host: try values.decode(String.self, forKey: .host),
      cpus: try values.decode(Double.self, forKey: .cpus), gpus: try values.decode(Double.self, forKey: .gpus)
    )
  }
}

/// What ends a search on a Ray cluster, in words for the user.
public struct RayError: Error, Hashable, CustomStringConvertible {
  /// What is wrong, in one line.
  public let description: String

  /// Makes an error of its text.
  init(_ text: String) { description = text }
}
