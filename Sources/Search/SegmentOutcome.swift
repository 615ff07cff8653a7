import RunStore

/// How a segment ended, if nothing went wrong outside it.
public enum SegmentOutcome: Hashable, Sendable {
  /// Trained; the checkpoint is written.
  case trained(SegmentMetrics)
  /// The loss became NaN or infinite; the reason names epoch and step.
  case notFinite(reason: String)
}

extension SegmentOutcome: Codable {
  private enum CodingKeys: String, CodingKey { case outcome, metrics, reason }
  private enum FigureKeys: String, CodingKey { case seconds, trainAccuracy }
  private enum Kind: String, CaseIterable { case trained, notFinite }

  /// Decodes an outcome and checks its figures.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    let kinds = Kind.allCases.map(\.rawValue).joined(separator: " or ")
    let text: String = try values.decode(.outcome, expecting: kinds) { Kind(rawValue: $0) != nil }
    guard text == Kind.trained.rawValue else {
      self = .notFinite(reason: try values.decode(String.self, forKey: .reason))
      return
    }
    let metrics = try values.decode(SegmentMetrics.self, forKey: .metrics)
    let figures = try values.nestedContainer(keyedBy: FigureKeys.self, forKey: .metrics)
    if metrics.seconds < 0 {
      throw figures.fault(.seconds, found: "\(metrics.seconds)", expected: "0 or more")
    }
    if let share = metrics.trainAccuracy, !(0...1).contains(share) {
      throw figures.fault(.trainAccuracy, found: "\(share)", expected: "a number from 0 to 1")
    }
    self = .trained(metrics)
  }

  /// Encodes the kind of outcome with its figures or its reason.
  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    switch self {
    case .trained(let metrics):
      try values.encode(Kind.trained.rawValue, forKey: .outcome)
      try values.encode(metrics, forKey: .metrics)
    case .notFinite(let reason):
      try values.encode(Kind.notFinite.rawValue, forKey: .outcome)
      try values.encode(reason, forKey: .reason)
    }
  }
}
