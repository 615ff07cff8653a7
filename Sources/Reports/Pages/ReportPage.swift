import Foundation

/// The page that reports on a run: one HTML file that loads nothing else and needs no script.
public struct ReportPage: Sendable {
  let contents: RunContents
  /// The command that reproduces or continues it.
  let command: RunCommands
  /// How many images there were to measure on.
  let images: ReportImages
  let samples: SampleImages

  /// The beginning by which a page of this program is recognised.
  public static let generator = "swift-pba report"

  /// A page about a run.
  public init(
    _ contents: RunContents, command: RunCommands, images: ReportImages, samples: SampleImages
  ) {
    self.contents = contents
    self.command = command
    self.images = images
    self.samples = samples
  }

  /// The whole of the file.
  public var html: String {
    let sections = sections
    let page = HTML(
      "html", ["lang": "en", "xmlns": "http://www.w3.org/1999/xhtml"],
      [
        head,
        HTML(
          "body", [:],
          [
            HTML("a", ["class": "skip", "href": "#main"], ["Skip to the results"]), heading, menu(sections),
            HTML("main", ["id": "main"], sections.map(\.html)), footer,
          ]),
      ])
    return "<!DOCTYPE html>\n" + page.markup + "\n"
  }

  private var sections: [ReportSection] {
    [
      resultSection, curveSection, tunedSection, lineageSection, scheduleSection, timelineSection,
      sampleSection,
      settingSection,
    ].compactMap { $0 }
  }

  private var title: String { "\(kindName) \(contents.name)" }

  private var kindName: String {
    switch contents.kind {
    case .search: "Search"
    case .train: "Training"
    case .compare: "Comparison"
    }
  }

  private var head: HTML {
    HTML(
      "head", [:],
      [
        HTML("meta", ["charset": "utf-8"]),
        HTML("meta", ["name": "generator", "content": Self.generator]),
        HTML("meta", ["name": "viewport", "content": "width=device-width, initial-scale=1"]),
        // Whatever a run's texts may hold, the page asks for nothing and runs nothing.
        HTML(
          "meta",
          [
            "http-equiv": "Content-Security-Policy",
            "content": "default-src 'none'; img-src data:; style-src 'unsafe-inline'",
          ]),
        HTML("link", ["rel": "icon", "href": "data:,"]),
        HTML("title", [:], ["\(title) – swift-pba"]),
        HTML("style", [:], [.written(PageStyle.rules)]),
      ])
  }

  private var heading: HTML {
    HTML(
      "header", [:],
      [
        HTML("h1", [:], [.text(title)]),
        HTML("p", [:], [state, .text(" " + summary)]),
      ])
  }

  private var state: HTML {
    switch contents.state {
    case .finished: HTML("span", ["class": "state finished"], ["finished"])
    case .running: HTML("span", ["class": "state running"], ["in progress"])
    case .stopped: HTML("span", ["class": "state stopped"], ["stopped before its end"])
    }
  }

  private func menu(_ sections: [ReportSection]) -> HTML {
    HTML(
      "nav", ["aria-label": "Sections"],
      [
        HTML(
          "ul", [:],
          sections.map {
            HTML("li", [:], [HTML("a", ["href": "#\($0.identifier)"], [.text($0.heading)])])
          })
      ])
  }

  private var footer: HTML {
    HTML(
      "footer", [:],
      [
        .paragraph(
          "Made by pba report \(command.version). The run was begun with pba \(contents.version). The page needs no network.",
          class: "faded")
      ])
  }
}

/// A part of the page under a heading.
struct ReportSection {
  let identifier: String
  let heading: String
  let content: [HTML]

  var html: HTML {
    HTML(
      "section", ["id": identifier, "aria-labelledby": "\(identifier)-heading"],
      [HTML("h2", ["id": "\(identifier)-heading"], [.text(heading)])] + content)
  }
}

/// What a reader types to reproduce the run, or to continue it.
public struct RunCommands: Sendable {
  /// Makes the same run in another folder.
  public let again: String
  /// Continues this run.
  public let resume: String
  /// The version of the program that makes the report.
  public let version: String

  /// The command lines, each as a user would type it.
  public init(again: String, resume: String, version: String) {
    self.again = again
    self.resume = resume
    self.version = version
  }
}

/// How many images a run measures on; nil where it is not known.
public struct ReportImages: Sendable {
  /// How many validation images.
  public let validation: Int?
  /// How many test images.
  public let test: Int?

  /// The sizes of both sets.
  public init(validation: Int? = nil, test: Int? = nil) {
    self.validation = validation
    self.test = test
  }
}
