/// Which colours a drawing has.
public enum Theme: String, Sendable, CaseIterable {
  /// Dark ink on white paper.
  case light
  /// Light ink on dark paper.
  case dark
  /// As the reader's system prefers; light where it does not say.
  case automatic = "auto"
}

/// The colours of one theme, each as `#rrggbb`.
public struct Palette: Hashable, Sendable {
  /// Behind everything.
  public let paper: String
  /// Text and what matters most.
  public let ink: String
  /// Text that matters less; still 4.5 times as bright or dark as the paper.
  public let faint: String
  /// Lines behind the data.
  public let grid: String
  /// Axes, and data that only forms the background of other data.
  public let axis: String
  /// What is to be seen first.
  public let accent: String
  /// What stands beside the accent and must not be taken for it.
  public let second: String

  /// Dark ink on white paper.
  public static let light = Palette(
    paper: "#ffffff", ink: "#1b1f24", faint: "#57606a", grid: "#e4e7eb", axis: "#8c959f", accent: "#0a5fb4",
    second: "#b34700")
  /// Light ink on dark paper.
  public static let dark = Palette(
    paper: "#14171c", ink: "#e6e9ed", faint: "#a0a8b2", grid: "#2a2f37", axis: "#6f7883", accent: "#6cb2f8",
    second: "#f0924c")
}
