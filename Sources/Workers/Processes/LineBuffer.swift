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

  /// As ``next()``; a line that is too long is given in pieces.
  package mutating func nextPiece() -> String? {
    do {
      return try next()
    } catch {
      defer { start += longest }
      searched = start + longest
      return String(decoding: bytes[start..<start + longest], as: UTF8.self)
    }
  }

  /// What is left at the end of a channel: a line without an end; nil where there is nothing.
  package mutating func takeRest() -> String? {
    guard start < bytes.count else { return nil }
    defer { start = bytes.count }
    searched = bytes.count
    return String(decoding: bytes[start...], as: UTF8.self)
  }
}
