import Foundation
import Text

/// A value that a search and whoever trains its segments exchange as a line of JSON.
public protocol SegmentMessage: Codable, Sendable {
  /// What it is, for errors.
  static var title: String { get }
}

extension SegmentRequest: SegmentMessage {
  /// `segment request`.
  public static var title: String { "segment request" }
}

extension SegmentOutcome: SegmentMessage {
  /// `segment outcome`.
  public static var title: String { "segment outcome" }
}

/// What is wrong with a message: where, what was found and what was expected.
public struct SegmentMessageError: Error, Hashable, CustomStringConvertible {
  /// What the message should have been.
  public let title: String
  /// The path from the root, such as `policy[3].magnitude`; empty at the root.
  public let place: String
  /// What is wrong there.
  public let reason: String

  /// The kind of message, the place in it and what is wrong.
  public var description: String { [title, place, reason].filter { !$0.isEmpty }.joined(separator: ": ") }
}

extension SegmentMessage {
  /// One line of JSON, without its end; equal values give equal lines.
  ///
  /// Throws `SegmentMessageError` for a figure that is not finite, which JSON cannot hold.
  public func line() throws(SegmentMessageError) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    do {
      return String(decoding: try encoder.encode(self), as: UTF8.self)
    } catch EncodingError.invalidValue(let value, let context) {
      throw Self.error(context.codingPath, "found \(value), expected a finite number")
    } catch {
      throw Self.error([], "\(error)")
    }
  }

  /// Reads what `line()` gives.
  ///
  /// Keys that it does not know are those of a newer version and are left alone. Throws `SegmentMessageError`.
  public init(line: String) throws(SegmentMessageError) {
    do {
      self = try JSONDecoder().decode(Self.self, from: Data(line.utf8))
    } catch DecodingError.dataCorrupted(let context) where context.codingPath.isEmpty {
      throw Self.error([], "found \(shortText(line)), expected one JSON object")
    } catch {
      throw Self.explained(error)
    }
  }

  /// What is wrong with a message, by the error of the decoder.
  package static func explained(_ fault: any Error) -> SegmentMessageError {
    switch fault {
    case let fault as MessageFault:
      SegmentMessageError(title: title, place: fault.place, reason: fault.reason)
    case DecodingError.keyNotFound(let key, let context):
      error(context.codingPath + [key], "found nothing, expected a value")
    case DecodingError.valueNotFound(let type, let context):
      error(context.codingPath, "found null, expected \(name(of: type))")
    case DecodingError.typeMismatch(let type, let context):
      error(context.codingPath, "found another kind of value, expected \(name(of: type))")
    case DecodingError.dataCorrupted(let context):
      error(context.codingPath, printable(context.debugDescription))
    default: error([], printable("\(fault)"))
    }
  }

  private static func error(_ path: [any CodingKey], _ reason: String) -> SegmentMessageError {
    SegmentMessageError(title: title, place: path.place, reason: reason)
  }
}

/// A value of a message that the message cannot have.
package struct MessageFault: Error {
  let place: String
  let reason: String

  /// Makes a fault from the path of the value and what is wrong there.
  package init(place: String, reason: String) {
    self.place = place
    self.reason = reason
  }
}

extension KeyedDecodingContainer {
  /// The value of a key, which must satisfy a condition.
  package func decode<Value: Decodable>(
    _ key: Key, expecting expected: String, where isValid: (Value) -> Bool
  ) throws -> Value {
    let value = try decode(Value.self, forKey: key)
    guard isValid(value) else {
      throw fault(key, found: (value as? String).map(shortText) ?? "\(value)", expected: expected)
    }
    return value
  }

  /// What is wrong with the value of a key.
  package func fault(_ key: Key, found: String, expected: String) -> MessageFault {
    MessageFault(
      place: (codingPath + [key]).place, reason: "found \(found), expected \(expected)")
  }
}

extension [any CodingKey] {
  /// A path as people write it, such as `metrics.score`.
  package var place: String {
    reduce("") { place, key in
      if let index = key.intValue { return place + "[\(index)]" }
      return place.isEmpty ? key.stringValue : place + "." + key.stringValue
    }
  }
}

/// A text in quotes, short and never more than one line.
package func shortText(_ text: String) -> String { JSONValue.string(text).summary }

/// What JSON calls a type.
private func name(of type: Any.Type) -> String {
  switch type {
  case is String.Type: "a string"
  case is Bool.Type: "true or false"
  case is Double.Type: "a number"
  case is Int.Type, is UInt64.Type: "an integer"
  case is [Int].Type: "a list of integers"
  case is [String].Type: "a list of strings"
  case is [Any].Type: "a list"
  default: "an object"
  }
}
