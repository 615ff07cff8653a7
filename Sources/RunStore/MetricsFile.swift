import Files
import Foundation

/// `metrics.jsonl`: one JSON object a line, in the journal's order; it follows from the journal.
public struct MetricsFile: Sendable {
  /// The file.
  public let path: String

  public init(path: String) {
    self.path = path
  }

  /// Makes the file hold these lines and no others: what a crash cut off is added, what differs is written anew.
  public func restore(_ lines: [some Encodable]) throws {
    let wanted = try Self.text(lines)
    let found = FileManager.default.contents(atPath: path) ?? Data()
    if wanted.starts(with: found) {
      if wanted.count > found.count { try AtomicFile.append(Data(wanted.dropFirst(found.count)), to: path) }
    } else {
      try AtomicFile.write(wanted, to: path)
    }
  }

  /// Adds lines at the end.
  public func append(_ lines: [some Encodable]) throws {
    try AtomicFile.append(try Self.text(lines), to: path)
  }

  private static func text(_ lines: [some Encodable]) throws -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    var text = Data()
    for line in lines {
      text.append(try encoder.encode(line))
      text.append(UInt8(ascii: "\n"))
    }
    return text
  }
}
