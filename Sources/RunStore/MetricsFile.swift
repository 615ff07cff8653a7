import Files
import Foundation

/// `metrics.jsonl`: one JSON object a line, in the journal's order; it follows from the journal.
public struct MetricsFile: Sendable {
  /// The file.
  public let path: String

  /// The file at a path, which need not be there yet.
  public init(path: String) {
    self.path = path
  }

  /// Makes the file hold these lines and no others: what a crash cut off is added, what differs is written again.
  public func restore(_ lines: [some Encodable]) throws {
    try restore(pieces: 0..<1) { _ in lines }
  }

  /// As above, with the lines asked for piece by piece, so that a long file never stands in memory as a whole while it
  /// is as it should be.
  public func restore<Line: Encodable>(pieces: Range<Int>, _ lines: (_ piece: Int) throws -> [Line]) throws {
    let file = try OwnFileReader(path)
    var missing = Data()
    for piece in pieces {
      let wanted = try Self.text(lines(piece))
      let found = try missing.isEmpty ? file?.read(upTo: wanted.count) ?? Data() : Data()
      guard wanted.starts(with: found) else { return try rewrite(pieces, lines) }
      missing.append(wanted.dropFirst(found.count))
    }
    if try missing.isEmpty && file?.read(upTo: 1).isEmpty == false { return try rewrite(pieces, lines) }
    if !missing.isEmpty { try AtomicFile.append(missing, to: path) }
  }

  private func rewrite<Line: Encodable>(_ pieces: Range<Int>, _ lines: (Int) throws -> [Line]) throws {
    var text = Data()
    for piece in pieces { text.append(try Self.text(lines(piece))) }
    try AtomicFile.write(text, to: path)
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
