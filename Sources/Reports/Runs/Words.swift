import Foundation

/// A share as a percentage with two decimals.
func percentText(_ share: Double) -> String { String(format: "%.2f %%", share * 100) }

/// A number with so many decimals.
func decimalText(_ value: Double, _ decimals: Int) -> String { String(format: "%.\(decimals)f", value) }

/// Seconds as people say them.
func durationText(_ seconds: Double) -> String {
  if seconds < 10 { return decimalText(max(seconds, 0), 1) + " s" }
  let whole = Int(min(seconds, 1e15).rounded())
  if whole < 60 { return "\(whole) s" }
  if whole < 3600 { return "\(whole / 60) min \(whole % 60) s" }
  return "\(whole / 3600) h \(whole % 3600 / 60) min"
}

/// A moment in universal time, from seconds since 1970.
func momentText(_ seconds: Double) -> String {
  guard abs(seconds) < 1e11 else { return "unknown" }
  let style = Date.ISO8601FormatStyle(dateTimeSeparator: .space).year().month().day()
    .time(includingFractionalSeconds: false)
  return Date(timeIntervalSince1970: seconds).formatted(style) + " UTC"
}

/// A difference of two shares in points of a percentage, with its sign.
func pointsText(_ difference: Double) -> String {
  (difference < 0 ? "−" : "+") + decimalText(abs(difference) * 100, 2)
}
