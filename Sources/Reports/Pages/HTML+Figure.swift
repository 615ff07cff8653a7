extension HTML {
  /// A part of the page that scrolls sideways by itself where it is wider than the page; keys reach it.
  static func scrolling(_ content: HTML, label: String) -> HTML {
    HTML("div", ["class": "scroll", "tabindex": "0", "role": "region", "aria-label": label], [content])
  }

  /// A drawing with its caption and, folded away, its numbers.
  static func figure(_ figure: Figure) -> HTML {
    let title = figure.drawing.title
    return HTML(
      "figure", [:],
      [
        .scrolling(.written(figure.drawing.inlineSVG), label: title),
        HTML("figcaption", [:], [.text(figure.caption)]),
        HTML(
          "details", [:],
          [
            HTML("summary", [:], ["The numbers: \(title)"]),
            .scrolling(.table(figure.table, caption: title), label: "Numbers: \(title)"),
          ]),
      ])
  }

  /// A table whose first column names the rows.
  ///
  /// - Parameters:
  ///   - table: the headings and rows.
  ///   - caption: what the table is; read aloud, not shown.
  /// - Returns: a `table` element with row and column headings.
  static func table(_ table: FigureTable, caption: String) -> HTML {
    HTML(
      "table", [:],
      [
        HTML("caption", ["class": "hidden"], [.text(caption)]),
        HTML("thead", [:], [HTML("tr", [:], table.heads.map { HTML("th", ["scope": "col"], [.text($0)]) })]),
        HTML(
          "tbody", [:],
          table.rows.map { row in
            HTML(
              "tr", [:],
              row.enumerated().map { index, cell in
                index == 0 ? HTML("th", ["scope": "row"], [.text(cell)]) : HTML("td", [:], [.text(cell)])
              })
          }),
      ])
  }
}
