import Files
import Foundation
import Text

/// Writes a line to standard output: results, which programs may read.
///
/// Names of files and classes may hold anything; what would move a terminal's cursor is escaped.
public func printResult(_ line: String) {
  writeResult(Data((printable(line) + "\n").utf8))
}

/// Writes several lines to standard output; their tabs stay.
func printResultLines(_ text: String) {
  func line(_ text: String) -> String {
    text.split(separator: "\t", omittingEmptySubsequences: false).map { printable(String($0)) }
      .joined(separator: "\t")
  }
  writeResult(Data((lines(of: text).map(line).joined(separator: "\n") + "\n").utf8))
}

/// The lines of a text, which end at line feeds alone.
func lines(of text: String) -> [String] {
  text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map {
    String(Substring($0))
  }
}

/// Writes bytes to standard output; where that is full or gone, the program ends with a line that says so.
func writeResult(_ data: Data) {
  var rest = data[...]
  while !rest.isEmpty {
    let count = rest.withUnsafeBytes { write(STDOUT_FILENO, $0.baseAddress, $0.count) }
    if count >= 0 {
      rest = rest.dropFirst(count)
    } else if errno != EINTR {
      // Foundation's own call does not tell why.
      let reason = systemReason(errno)
      printError("standard output cannot be written: \(reason)")
      exit(1)
    }
  }
}

/// What an error says, in the words of the command line.
package func explained(_ error: any Error) -> String {
  ErrorText(error).text(subject: { $0 }, within: Settings().name(within:))
}

/// Writes a value as JSON to standard output.
public func printJSON(_ value: some Encodable) throws {
  let encoder = JSONEncoder()
  encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
  // Between strings JSON is plain, and within them the escapes of `printable` are JSON's own.
  printResultLines(String(decoding: try encoder.encode(value), as: UTF8.self))
}

/// Text padded with spaces on the right to a width.
///
/// A name takes as much room as it does when it is printed.
public func padded(_ text: String, _ width: Int) -> String {
  let shown = printable(text)
  return shown + String(repeating: " ", count: max(0, width - shown.count))
}
