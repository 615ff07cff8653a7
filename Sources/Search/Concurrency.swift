/// How many trials of a search train at once.
public enum Concurrency: Hashable, Sendable {
  /// As many as the processor's cores and the memory allow; found out when the search starts.
  case automatic
  /// So many trials.
  case trials(Int)

  /// What stands for `automatic` in settings and on the command line.
  public static let automaticName = "auto"

  /// Reads `auto` or a number; nil for anything else.
  public init?(_ text: String) {
    if text == Self.automaticName {
      self = .automatic
    } else if let count = Int(text) {
      self = .trials(count)
    } else {
      return nil
    }
  }
}

extension Concurrency: CustomStringConvertible {
  /// The text that `init(_:)` reads.
  public var description: String {
    switch self {
    case .automatic: Self.automaticName
    case .trials(let count): "\(count)"
    }
  }
}

extension Concurrency: ExpressibleByIntegerLiteral {
  /// So many trials at once.
  public init(integerLiteral value: Int) { self = .trials(value) }
}

extension Concurrency: Codable {
  /// Decodes a number, or the word `auto`; throws for anything else.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let count = try? container.decode(Int.self) {
      self = .trials(count)
    } else {
      let text = try container.decode(String.self)
      guard let value = Concurrency(text) else {
        throw DecodingError.dataCorruptedError(
          in: container, debugDescription: "found '\(text)', expected auto or a number")
      }
      self = value
    }
  }

  /// Encodes a number, or the word `auto`.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .automatic: try container.encode(Self.automaticName)
    case .trials(let count): try container.encode(count)
    }
  }
}
