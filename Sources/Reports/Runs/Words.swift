import Foundation
import Text

/// A moment in universal time, from seconds since 1970.
func momentText(_ seconds: Double) -> String {
  guard abs(seconds) < 1e11 else { return "unknown" }
  let style = Date.ISO8601FormatStyle(dateTimeSeparator: .space).year().month().day()
    .time(includingFractionalSeconds: false)
  return Date(timeIntervalSince1970: seconds).formatted(style) + " UTC"
}

/// A difference of two shares in points of a percentage, with its sign.
func pointsText(_ difference: Double) -> String {
  (difference < 0 ? "−" : "+") + decimal(abs(difference) * 100, 2)
}
