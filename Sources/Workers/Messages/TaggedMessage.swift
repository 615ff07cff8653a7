import Foundation
import Search

/// What is fixed between a coordinator and its workers.
public enum WorkerProtocol {
  /// The versions of the protocol that this program speaks.
  public static let versions = 1...1
  /// The most bytes of a line, its end included.
  public static let longestLine = 1 << 20
  /// The shortest time in seconds between two reports of progress, where a coordinator asks for no other.
  public static let usualProgress = 0.1
}

/// A message whose member `t` says which it is.
public protocol TaggedMessage: SegmentMessage {
  /// The words that `t` can be.
  associatedtype Tag: RawRepresentable<String> & CaseIterable & Codable
}

private enum TagKey: String, CodingKey { case t }

/// A line that may be a message.
private struct Received<Message: TaggedMessage>: Decodable {
  /// Nil for any other line.
  let message: Message?

  init(from decoder: any Decoder) throws {
    let word = (try? decoder.container(keyedBy: TagKey.self)).flatMap {
      try? $0.decode(String.self, forKey: .t)
    }
    message = try word.flatMap(Message.Tag.init) == nil ? nil : Message(from: decoder)
  }
}

extension TaggedMessage {
  /// Reads a line; nil for one that is no message, and for a message that is not known here.
  ///
  /// Throws `SegmentMessageError` for a message that is known and has a wrong value.
  public static func read(_ line: String) throws(SegmentMessageError) -> Self? {
    // Most of what is no message is no object either, and needs no parser.
    guard line.utf8.first(where: { $0 != UInt8(ascii: " ") }) == UInt8(ascii: "{") else { return nil }
    do {
      return try JSONDecoder().decode(Received<Self>.self, from: Data(line.utf8)).message
    } catch DecodingError.dataCorrupted(let context) where context.codingPath.isEmpty {
      return nil
    } catch {
      throw explained(error)
    }
  }

  /// The word of the message that is decoded.
  static func tag(_ decoder: any Decoder) throws -> Tag {
    let values = try decoder.container(keyedBy: TagKey.self)
    let word = try values.decode(String.self, forKey: .t)
    guard let tag = Tag(rawValue: word) else {
      let known = Tag.allCases.map(\.rawValue).joined(separator: ", ")
      throw values.fault(.t, found: shortText(word), expected: "one of \(known)")
    }
    return tag
  }

  /// Writes the word of a message.
  static func write(_ tag: Tag, to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: TagKey.self)
    try values.encode(tag.rawValue, forKey: .t)
  }
}
