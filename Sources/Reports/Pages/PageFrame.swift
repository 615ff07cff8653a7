/// A page: its heading, the list of its sections, the sections, and what stands below them.
struct PageFrame {
  let title: String
  /// The line below the title.
  let heading: [HTML]
  let sections: [ReportSection]
  let footer: String

  /// The page as one file that loads nothing and runs nothing, whatever a run's texts may hold.
  var file: String {
    let head = Self.head(
      title: title, style: PageStyle.rules,
      [
        HTML(
          "meta",
          [
            "http-equiv": "Content-Security-Policy",
            "content": "default-src 'none'; img-src data:; style-src 'unsafe-inline'",
          ])
      ])
    return Self.document(
      head: head,
      body: [Self.skip, header, menu, Self.main(sections.map(\.html)), footer(" The page needs no network.")])
  }

  static func document(head: HTML, body: [HTML]) -> String {
    let page = HTML(
      "html", ["lang": "en", "xmlns": "http://www.w3.org/1999/xhtml"], [head, HTML("body", [:], body)])
    return "<!DOCTYPE html>\n" + page.markup + "\n"
  }

  static func head(title: String, style: String, _ more: [HTML] = []) -> HTML {
    HTML(
      "head", [:],
      [
        HTML("meta", ["charset": "utf-8"]),
        HTML("meta", ["name": "generator", "content": ReportPage.generator]),
        HTML("meta", ["name": "viewport", "content": "width=device-width, initial-scale=1"]),
      ] + more + [
        HTML("link", ["rel": "icon", "href": "data:,"]),
        HTML("title", [:], [.text("\(title) – swift-pba")]),
        HTML("style", [:], [.written(style)]),
      ])
  }

  static let skip = HTML("a", ["class": "skip", "href": "#main"], ["Skip to the results"])

  static func main(_ sections: [HTML]) -> HTML { HTML("main", ["id": "main"], sections) }

  var header: HTML {
    HTML("header", ["id": "heading"], [HTML("h1", [:], [.text(title)]), HTML("p", [:], heading)])
  }

  var menu: HTML {
    HTML(
      "nav", ["id": "menu", "aria-label": "Sections"],
      [
        HTML(
          "ul", [:],
          sections.map {
            HTML("li", [:], [HTML("a", ["href": "#\($0.identifier)"], [.text($0.heading)])])
          })
      ])
  }

  func footer(_ more: String) -> HTML {
    HTML("footer", ["id": "footer"], [.paragraph(footer + more, class: "faded")])
  }
}
