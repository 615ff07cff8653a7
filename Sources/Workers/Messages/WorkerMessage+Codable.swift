import RunStore
import Search

extension WorkerMessage: TaggedMessage {
  /// `message of a worker`.
  public static var title: String { "message of a worker" }

  /// The words that `t` can be.
  public enum Tag: String, CaseIterable, Codable, Sendable {
    case hello, ready, bye, progress, alive, done, failed
  }

  /// Decodes a message and checks each of its values.
  public init(from decoder: any Decoder) throws {
    switch try Self.tag(decoder) {
    case .hello: self = .hello(try WorkerHello(from: decoder))
    case .ready: self = .ready
    case .bye: self = .bye(try Farewell(from: decoder))
    case .progress: self = .progress(try SegmentProgress(from: decoder))
    case .alive: self = .alive
    case .done: self = .done(try SegmentDone(from: decoder))
    case .failed: self = .failed(try SegmentFailure(from: decoder))
    }
  }

  /// Encodes the word and what belongs to it.
  public func encode(to encoder: any Encoder) throws {
    func write(_ tag: Tag, _ body: (any Encodable)? = nil) throws {
      try Self.write(tag, to: encoder)
      try body?.encode(to: encoder)
    }
    switch self {
    case .hello(let hello): try write(.hello, hello)
    case .ready: try write(.ready)
    case .bye(let farewell): try write(.bye, farewell)
    case .progress(let progress): try write(.progress, progress)
    case .alive: try write(.alive)
    case .done(let done): try write(.done, done)
    case .failed(let failure): try write(.failed, failure)
    }
  }
}

extension WorkerHello: Codable {
  private enum CodingKeys: String, CodingKey {
    case worker, pid, host, python, devices
    case versions = "protocol"
  }

  /// Decodes a greeting; the versions are a list of the lowest and the highest.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    let bounds: [Int] = try values.decode(.versions, expecting: "[lowest, highest], 1 <= lowest <= highest") {
      $0.count == 2 && 1 <= $0[0] && $0[0] <= $0[1]
    }
    self.init(
      versions: bounds[0]...bounds[1], worker: try values.decode(String.self, forKey: .worker),
      pid: try values.decode(Int.self, forKey: .pid), host: try values.decode(String.self, forKey: .host),
      python: try values.decodeIfPresent(String.self, forKey: .python),
      devices: try values.decodeIfPresent([String].self, forKey: .devices))
  }

  /// Encodes the greeting.
  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode([versions.lowerBound, versions.upperBound], forKey: .versions)
    try values.encode(worker, forKey: .worker)
    try values.encode(pid, forKey: .pid)
    try values.encode(host, forKey: .host)
    try values.encodeIfPresent(python, forKey: .python)
    try values.encodeIfPresent(devices, forKey: .devices)
  }
}

extension SegmentProgress: Codable {
  private enum CodingKeys: String, CodingKey { case key, epoch, done, total, metrics }

  /// Decodes a report of progress.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      key: try values.decode(SegmentKey.self, forKey: .key),
      epoch: try values.decode(.epoch, expecting: "a number from 0 to \(SearchRules.largest)") {
        (0...SearchRules.largest).contains($0)
      },
      done: try values.decodeIfPresent(Double.self, forKey: .done),
      total: try values.decodeIfPresent(Double.self, forKey: .total),
      metrics: try values.figures(.metrics))
  }

  /// Encodes what is known.
  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(key, forKey: .key)
    try values.encode(epoch, forKey: .epoch)
    try values.encodeIfPresent(done, forKey: .done)
    try values.encodeIfPresent(total, forKey: .total)
    if !metrics.isEmpty { try values.encode(metrics, forKey: .metrics) }
  }
}

extension SegmentDone: Codable {
  private enum CodingKeys: String, CodingKey { case key, score, metrics, digest, size, seconds, times }

  /// Decodes a result and checks its figures.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      key: try values.decode(SegmentKey.self, forKey: .key),
      score: try values.decode(Double.self, forKey: .score), metrics: try values.figures(.metrics),
      digest: try values.decode(.digest, expecting: "a SHA-256 of 64 lower-case hexadecimal digits") {
        $0.utf8.count == 64
          && $0.utf8.allSatisfy {
            (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
              || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains($0)
          }
      },
      size: try values.decode(.size, expecting: "0 or more") { $0 >= 0 },
      seconds: try values.decode(.seconds, expecting: "0 or more") { $0 >= 0 },
      times: try values.decodeIfPresent(WorkTimes.self, forKey: .times))
  }

  /// Encodes the result.
  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(key, forKey: .key)
    try values.encode(score, forKey: .score)
    try values.encode(metrics, forKey: .metrics)
    try values.encode(digest, forKey: .digest)
    try values.encode(size, forKey: .size)
    try values.encode(seconds, forKey: .seconds)
    try values.encodeIfPresent(times, forKey: .times)
  }
}

extension SegmentFailure: Codable {
  private enum CodingKeys: String, CodingKey { case key, kind, reason, traceback }

  /// Decodes a failure of one of the kinds.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    let text: String = try values.decode(.kind, expecting: words(of: Kind.self)) {
      Kind(rawValue: $0) != nil
    }
    self.init(
      key: try values.decode(SegmentKey.self, forKey: .key), kind: Kind(rawValue: text) ?? .user,
      reason: try values.decode(String.self, forKey: .reason),
      traceback: try values.decodeIfPresent(String.self, forKey: .traceback))
  }

  /// Encodes the failure.
  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(key, forKey: .key)
    try values.encode(kind, forKey: .kind)
    try values.encode(reason, forKey: .reason)
    try values.encodeIfPresent(traceback, forKey: .traceback)
  }
}

/// What a word can be, for errors: `user, oom or fenced`.
func words<Word: CaseIterable & RawRepresentable<String>>(of type: Word.Type) -> String {
  let words = Word.allCases.map(\.rawValue)
  return words.dropLast().joined(separator: ", ") + " or " + (words.last ?? "")
}

extension KeyedDecodingContainer {
  /// Figures by their names; null stands for one that is not a number and is left out.
  fileprivate func figures(_ key: Key) throws -> [String: Double] {
    (try decodeIfPresent([String: Double?].self, forKey: key) ?? [:]).compactMapValues { $0 }
  }
}
