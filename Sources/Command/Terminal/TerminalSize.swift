import Foundation

/// How many characters a terminal shows.
struct TerminalSize: Hashable {
  let columns: Int
  let rows: Int

  /// The size of a terminal that does not report one.
  static let usual = TerminalSize(columns: 80, rows: 24)

  /// The size of the terminal that standard error writes to.
  static func ofStandardError() -> TerminalSize {
    var size = winsize()
    guard ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0 else { return usual }
    return TerminalSize(
      columns: size.ws_col > 0 ? Int(size.ws_col) : usual.columns,
      rows: size.ws_row > 0 ? Int(size.ws_row) : usual.rows)
  }
}
