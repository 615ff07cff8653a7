/// How the classes of all drawings look.
///
/// Colours are given by class, not by element, so that one drawing serves light and dark paper.
public enum StyleSheet {
  /// The rules for one theme.
  public static func rules(_ theme: Theme) -> String {
    switch theme {
    case .light: shapes + colors(.light)
    case .dark: shapes + colors(.dark)
    case .automatic:
      shapes + colors(.light) + "@media (prefers-color-scheme:dark){" + colors(.dark) + "}"
    }
  }

  /// What does not depend on the theme.
  private static let shapes =
    """
    text{font-family:"Helvetica Neue",Helvetica,Arial,"Liberation Sans","DejaVu Sans",sans-serif}\
    .strong{font-weight:600}\
    .curve{fill:none;stroke-width:1.6;stroke-linejoin:round;stroke-linecap:round}\
    .thin{stroke-width:.8}.thick{stroke-width:2.4}\
    .dashed{stroke-dasharray:4 3}.dotted{stroke-dasharray:1.2 3}\
    .grid,.axis{fill:none;stroke-width:1;shape-rendering:crispEdges}\
    .area{stroke-width:.6;stroke-linejoin:round}.bar{stroke:none}

    """
    .replacing("\n", with: "")
    + OperationColors.rules

  private static func colors(_ palette: Palette) -> String {
    ".paper{fill:\(palette.paper)}.ink{fill:\(palette.ink)}.faint{fill:\(palette.faint)}"
      + ".accent{fill:\(palette.accent)}.second{fill:\(palette.second)}.dim{fill:\(palette.axis)}"
      + ".curve{stroke:\(palette.ink)}.curve.accent{fill:none;stroke:\(palette.accent)}"
      + ".curve.second{fill:none;stroke:\(palette.second)}.curve.dim{fill:none;stroke:\(palette.axis)}"
      + ".grid{stroke:\(palette.grid)}.axis{stroke:\(palette.axis)}.area{stroke:\(palette.paper)}.area.plain{stroke:none}"
  }
}
