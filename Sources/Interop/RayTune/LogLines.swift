import Policies
import Text

/// The lines of a log that programs append to, one value a line.
struct LogLines {
  /// A value and the number of its line, from 1.
  struct Line {
    let number: Int
    let value: JSONValue
  }

  let lines: [Line]
  /// The number of the last line where it was left out because its writer was cut off; nil where all is whole.
  let unfinishedLine: Int?

  /// Reads a log.
  ///
  /// A writer that is killed, or still at work, may leave the beginning of a list or object as the last line. It is left
  /// out. A damaged line that has its end is an error.
  init(_ text: some Sequence<UInt8>) throws(PolicyError) {
    let texts = Array(text).split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    var lines: [Line] = []
    var unfinishedLine: Int?
    for (index, line) in texts.enumerated() {
      let isBlank = line.allSatisfy { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\r") || $0 == 9 }
      guard !isBlank else { continue }
      do throws(PolicyError) {
        let value = try JSONValue(parsing: line, as: .python, firstLine: index + 1)
        lines.append(Line(number: index + 1, value: value))
      } catch {
        // What follows the last line feed is the only line without an end.
        let opensValue = line.first { $0 != UInt8(ascii: " ") }.map { "[({".utf8.contains($0) } ?? false
        guard index == texts.count - 1, opensValue else { throw error }
        unfinishedLine = index + 1
      }
    }
    self.lines = lines
    self.unfinishedLine = unfinishedLine
  }

  /// Reads a log file; errors name it.
  init(contentsOf path: String) throws(PolicyError) {
    let data = try readTextFile(path)
    do throws(PolicyError) {
      try self.init(data)
    } catch {
      throw error.inFile(path)
    }
  }
}
