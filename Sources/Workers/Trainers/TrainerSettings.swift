import Policies
import Text

/// A user's own settings of a trainer, which its class is made with: a JSON object.
///
/// They stand as one text among the settings of a run, so that no name in them meets one of the search's settings.
public struct TrainerSettings: Hashable, Sendable {
  /// The settings by name.
  public var values: [String: JSONValue]

  /// Settings by name.
  public init(_ values: [String: JSONValue] = [:]) {
    self.values = values
  }

  /// All of them as one value.
  public var value: JSONValue { .object(values) }

  /// Whether a setting is a number.
  func hasNumber(_ name: String) -> Bool {
    switch values[name] {
    case .integer, .number: true
    default: false
    }
  }
}

extension TrainerSettings: LosslessStringConvertible {
  /// Reads the text of a JSON object; nil for anything else.
  public init?(_ text: String) {
    guard case .object(let values)? = try? JSONValue(parsing: text.utf8, as: .json) else { return nil }
    self.init(values)
  }

  /// One line of JSON, its keys in order.
  public var description: String { value.text }
}

extension TrainerSettings: Codable {
  /// Reads the text.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    guard let settings = TrainerSettings(try container.decode(String.self)) else {
      throw DecodingError.dataCorruptedError(
        in: container, debugDescription: "found another text, expected a JSON object")
    }
    self = settings
  }

  /// Writes the text.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}
