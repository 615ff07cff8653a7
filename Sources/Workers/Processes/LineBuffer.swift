/// Bytes of a channel that become lines.
///
/// A pure value: the one who reads the channel adds what has come, and takes whole lines.
package struct LineBuffer {
  /// A line that is longer than is accepted.
  package struct TooLong: Error {
    package let longest: Int
  }

  private let longest: Int
  private var bytes: [UInt8] = []
  /// Where the first line that was not taken begins.
  private var start = 0
  /// Where to look for the next line feed.
  private var searched = 0

  /// A buffer for lines of at most so many bytes, their ends included.
  package init(longest: Int) {
    self.longest = longest
  }

  /// Adds bytes that have come.
  package mutating func append(_ more: some Collection<UInt8>) {
    if start > 0, start == bytes.count || start > longest {
      bytes.removeFirst(start)
      searched -= start
      start = 0
    }
    bytes.append(contentsOf: more)
  }

  /// How many bytes were not taken.
  package var count: Int { bytes.count - start }

  /// The next whole line without its end; nil where none is there yet.
  ///
  /// Throws ``TooLong`` where what is there is more than a line may have.
  package mutating func next() throws(TooLong) -> String? {
    guard let end = bytes[searched...].firstIndex(of: UInt8(ascii: "\n")) else {
      searched = bytes.count
      if bytes.count - start >= longest { throw TooLong(longest: longest) }
      return nil
    }
    if end - start >= longest { throw TooLong(longest: longest) }
    defer {
      start = end + 1
      searched = start
    }
    return String(decoding: bytes[start..<end], as: UTF8.self)
  }

  /// As ``next()``, of what people read; a line that is too long is given in pieces.
  ///
  /// A carriage return lets a line be written again, as the bars of progress do: the last text of a line is given.
  package mutating func nextPiece() -> String? {
    while true {
      do {
        return try next().map(Self.lastText)
      } catch {
        let end = start + longest
        // What is followed by another text is not shown any more.
        if let last = bytes[start..<end - 1].lastIndex(of: UInt8(ascii: "\r")) {
          start = last + 1
          searched = start
          continue
        }
        defer { start = end }
        searched = end
        return Self.lastText(String(decoding: bytes[start..<end], as: UTF8.self))
      }
    }
  }

  /// What is left at the end of a channel: a line without an end; nil where there is nothing.
  package mutating func takeRest() -> String? {
    guard start < bytes.count else { return nil }
    defer { start = bytes.count }
    searched = bytes.count
    return String(decoding: bytes[start...], as: UTF8.self)
  }

  /// As ``takeRest()``, of what people read.
  package mutating func takeRestPiece() -> String? { takeRest().map(Self.lastText) }

  private static func lastText(_ line: String) -> String {
    line.unicodeScalars.split(separator: "\r").last.map(String.init) ?? ""
  }
}
