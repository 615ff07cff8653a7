import Datasets
import Foundation
import Policies
import Text
import Threads

/// Standard error: lines that stay and, on a terminal, a few lines below them that change in place.
///
/// The cursor is never hidden and waits on the line below the changing ones. So whatever ends the program leaves a
/// terminal that can be worked with, and the echo of Ctrl-C falls where the next picture wipes it away.
final class StandardError: @unchecked Sendable {
  static let shared = StandardError()

  /// Whether lines can change in place: on a terminal that knows how to move its cursor.
  let isTerminal: Bool

  // The lock guards the variables below, so sharing the object is safe.
  private let lock = ThreadLock()
  /// The changing lines as they were written.
  private var shown: [String] = []

  private init() {
    let kind = ProcessInfo.processInfo.environment["TERM"] ?? ""
    isTerminal = isatty(STDERR_FILENO) == 1 && !kind.isEmpty && kind != "dumb"
  }

  /// Writes a line that stays.
  func note(_ line: String) {
    let text = Self.plain(line)
    lock.withLock {
      guard !shown.isEmpty else { return write(text + "\n") }
      let size = TerminalSize.ofStandardError()
      write(wiping(size) + Self.eraseBelow + text + "\n" + drawing(shown, size))
    }
  }

  /// Shows changing lines in the place of the last ones; `lines` makes them for a number of columns.
  ///
  /// Without a terminal nothing is shown.
  func show(_ lines: (_ columns: Int) -> [String]) {
    guard isTerminal else { return }
    lock.withLock {
      let size = TerminalSize.ofStandardError()
      write(wiping(size) + drawing(lines(size.columns), size))
    }
  }

  /// Takes the changing lines away.
  func clear() {
    lock.withLock {
      guard !shown.isEmpty else { return }
      write(wiping(.ofStandardError()) + Self.eraseBelow)
      shown = []
    }
  }

  /// A line without what would move the cursor, and without the passwords of addresses.
  ///
  /// Every text passes here, wherever a name or an address in it came from.
  private static func plain(_ line: String) -> String { printable(withoutCredentials(line)) }

  private static let eraseToEndOfLine = "\u{1B}[K"
  private static let eraseBelow = "\u{1B}[J"

  /// Moves the cursor to where the changing lines begin; what stands there is written over, which flickers less than
  /// wiping it first.
  private func wiping(_ size: TerminalSize) -> String {
    // A terminal that has become narrower has broken the lines that no longer fit.
    let rows = shown.reduce(0) { $0 + max(1, ($1.count + size.columns - 1) / size.columns) }
    return rows == 0 ? "" : "\r\u{1B}[\(min(rows, size.rows - 1))A"
  }

  private func drawing(_ lines: [String], _ size: TerminalSize) -> String {
    // There is room for the last note above. A character in the last column makes some terminals begin a new line.
    shown = lines.suffix(max(1, size.rows - 3)).map { cut(Self.plain($0), size.columns - 1) }
    return shown.map { $0 + Self.eraseToEndOfLine + "\n" }.joined() + Self.eraseBelow
  }

  private func write(_ text: String) { try? FileHandle.standardError.write(contentsOf: Data(text.utf8)) }
}

/// Writes a line to standard error: what is going on.
func printNote(_ line: String) { StandardError.shared.note(line) }

/// Writes what is wrong to standard error, as one line of bounded length.
///
/// What was typed, and the names in files, may be of any length.
func printError(_ text: String) {
  let (whole, kept) = (text.count, 1800)
  let line =
    whole <= 2 * kept
    ? text : "\(text.prefix(kept)) [… \(whole - 2 * kept) characters …] \(text.suffix(kept))"
  printNote("Error: " + line)
}

/// Writes several lines to standard error.
func printNoteLines(_ text: String) { lines(of: text).forEach(printNote) }
