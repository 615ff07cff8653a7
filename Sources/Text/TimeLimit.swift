/// A limit of time, or none: `30m`, `none`.
public enum TimeLimit: Hashable, Sendable {
  /// There is no limit.
  case none
  /// So long.
  case after(TimeSpan)

  /// What stands for `none` in settings and on the command line.
  public static let noneName = "none"
  /// What a text should be, for errors.
  package static let expected = TimeSpan.expected + ", or none"

  /// The time; nil where there is no limit.
  public var span: TimeSpan? {
    switch self {
    case .none: nil
    case .after(let span): span
    }
  }
}

extension TimeLimit: LosslessStringConvertible {
  /// Reads `none` or a time; nil for anything else.
  public init?(_ text: String) {
    if text == Self.noneName {
      self = .none
    } else if let span = TimeSpan(text) {
      self = .after(span)
    } else {
      return nil
    }
  }

  /// The text that `init(_:)` reads.
  public var description: String { span?.description ?? Self.noneName }
}

extension TimeLimit: Codable {
  /// Decodes the text; throws for anything else.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let text = try container.decode(String.self)
    guard let value = TimeLimit(text) else {
      throw DecodingError.dataCorruptedError(
        in: container, debugDescription: "found '\(text)', expected \(Self.expected)")
    }
    self = value
  }

  /// Encodes the text.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}
