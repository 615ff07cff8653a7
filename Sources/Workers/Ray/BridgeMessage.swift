import Datasets
import Foundation
import Text

/// What the bridge to a cluster says; the protocol is in `docs/worker-protocol.md`.
enum BridgeMessage: Hashable, Sendable {
  /// The first message.
  case hello(versions: ClosedRange<Int>)
  /// It cannot work, and ends.
  case bye(reason: String)
  /// The nodes of the cluster.
  case nodes([RayNode])
  /// No node has room for a worker yet.
  case waiting(worker: Int, reason: String)
  /// A worker runs on a machine.
  case started(worker: Int, host: String)
  /// A message of a worker.
  case line(worker: Int, line: String)
  /// A line that a worker wrote to its standard error.
  case log(worker: Int, text: String)
  /// A worker has ended.
  case ended(worker: Int, End)

  /// What has ended, and why.
  struct End: Hashable, Sendable {
    let kind: Kind
    let reason: String
  }

  /// What has ended with a worker.
  enum Kind: String, Decodable, Sendable {
    case worker, actor, node

    /// Reads a kind; one that is not known is taken for a worker, as that it has ended must not be missed.
    init(from decoder: any Decoder) {
      let name = try? decoder.singleValueContainer().decode(String.self)
      self = name.flatMap(Self.init) ?? .worker
    }
  }

  /// Reads a line; nil for one that is none of these messages.
  init?(_ line: String) {
    guard let parts = try? JSONDecoder().decode(Parts.self, from: Data(line.utf8)) else { return nil }
    switch (parts.t, parts.worker) {
    case ("hello", _):
      guard let versions = parts.protocol, versions.count == 2, versions[0] <= versions[1] else { return nil }
      self = .hello(versions: versions[0]...versions[1])
    case ("bye", _): self = .bye(reason: printable(parts.reason ?? ""))
    case ("nodes", _): self = .nodes(parts.nodes ?? [])
    case ("waiting", let worker?): self = .waiting(worker: worker, reason: printable(parts.reason ?? ""))
    case ("started", let worker?): self = .started(worker: worker, host: printable(parts.host ?? ""))
    case ("line", let worker?): self = .line(worker: worker, line: parts.line ?? "")
    case ("log", let worker?): self = .log(worker: worker, text: parts.text ?? "")
    case ("ended", let worker?):
      self = .ended(
        worker: worker, End(kind: parts.kind ?? .worker, reason: printable(parts.reason ?? "")))
    default: return nil
    }
  }

  private struct Parts: Decodable {
    let t: String
    let `protocol`: [Int]?
    let worker: Int?
    let reason: String?
    let host: String?
    let nodes: [RayNode]?
    let line: String?
    let text: String?
    let kind: Kind?
  }
}

/// What is said to the bridge.
enum BridgeOrder: Hashable, Sendable {
  /// A worker is to start, on any node, once these images are there.
  case start(worker: Int, kind: WorkerKind, images: PackedImages? = nil)
  /// A message for a worker.
  case line(worker: Int, line: String)
  /// A worker is to end.
  case kill(worker: Int)
  /// All workers are to end, and the bridge.
  case quit

  /// The message as a line, without its end.
  var line: String {
    let value: JSONValue =
      switch self {
      case .start(let worker, let kind, let images):
        .object(
          [
            "t": .string("start"), "worker": .integer(worker), "kind": .string(kind.rawValue),
            "images": images.map { .object(["file": .string($0.file), "digest": .string($0.digest)]) },
          ].compactMapValues(\.self))
      case .line(let worker, let line):
        .object(["t": .string("line"), "worker": .integer(worker), "line": .string(line)])
      case .kill(let worker): .object(["t": .string("kill"), "worker": .integer(worker)])
      case .quit: .object(["t": .string("quit")])
      }
    return value.text
  }
}

/// Which program a worker is.
public enum WorkerKind: String, Sendable {
  /// `pba worker`, for the networks of this program.
  case network
  /// `python -m swift_pba.worker`, for a class of the user's.
  case trainer
}
