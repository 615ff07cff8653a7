extension ReportPage {
  /// Every setting of the run.
  var settingSection: ReportSection {
    let table = FigureTable(
      heads: ["setting", "value"],
      rows: contents.settings.map { [$0.name, $0.text] } + [["version that began the run", contents.version]])
    return ReportSection(
      identifier: "settings", heading: "Settings",
      content: [
        .paragraph("What the run was begun with, as in its config.yaml."),
        HTML(
          "div", ["class": "settings"],
          [.scrolling(.table(table, caption: "Settings"), label: "Table of settings")]),
      ])
  }
}
