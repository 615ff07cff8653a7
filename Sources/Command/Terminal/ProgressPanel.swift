/// What a progress display shows beside its bar; a value.
protocol ProgressPanel: Sendable {
  /// The lines above the bar on a terminal of so many columns, given speed and time left in words.
  func lines(width: Int, speed: [String]) -> [String]
  /// The same in a few words, for a line of a log.
  var summary: String { get }
}

/// A few words on what is going on.
struct LabelPanel: ProgressPanel {
  var summary = ""

  func lines(width: Int, speed: [String]) -> [String] {
    flowed((summary.isEmpty ? [] : [summary]) + speed, width: width)
  }
}
