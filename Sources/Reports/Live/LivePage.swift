import Files
import Foundation
import RunStore

/// The report of a run as a browser follows it: parts, each known by the digest of what it shows, and how the run stands.
///
/// A browser that has some of the parts is sent the others alone.
package struct LivePage: Sendable {
  /// A part of the page that is replaced as a whole.
  private struct Part: Sendable {
    let identifier: String
    let digest: String
    let html: HTML

    init(_ identifier: String, _ html: HTML) {
      self.identifier = identifier
      digest = LivePage.digest(of: html.markup)
      self.html = html.with("data-digest", digest)
    }
  }

  private let title: String
  private let header: Part
  private let menu: Part
  private let sections: [Part]
  private let footer: Part
  /// How the run stands.
  package let standing: RunStanding

  private var parts: [Part] { [header, menu] + sections + [footer] }

  /// The page about a run that was read.
  package init(_ page: ReportPage) {
    self.init(page.frame(madeBy: "pba dashboard"), RunStanding(page.contents))
  }

  /// The page about a folder in which there is no run yet.
  package init(waitingFor path: String, version: String) {
    self.init(
      path, version, "waiting",
      [.paragraph("There is no run in \(path) yet. This page shows it as soon as one begins there.")],
      RunStanding(state: .waiting, words: "Waiting for the run to begin."))
  }

  /// The page about the same run when that cannot be read: as it was where it was read before, otherwise with the reason.
  package func unreadable(because reason: String, path: String, version: String) -> LivePage {
    guard hasBeenRead else {
      return LivePage(
        path, version, "cannot be read", [.paragraph(reason)],
        RunStanding(state: .unreadable, words: "The run cannot be read now. Trying again…"))
    }
    return LivePage(
      self,
      RunStanding(
        state: .unreadable, words: "The run cannot be read now; this is what it was before. Trying again…",
        progress: standing.progress))
  }

  private init(
    _ path: String, _ version: String, _ state: String, _ content: [HTML], _ standing: RunStanding
  ) {
    let name = path.split(separator: "/").last.map(String.init) ?? path
    self.init(
      PageFrame(
        title: "Run \(name)", heading: [HTML("span", ["class": "state"], [.text(state)])],
        sections: [ReportSection(identifier: "result", heading: "Result", content: content)],
        footer: "Made by pba dashboard \(version)."), standing)
  }

  private init(_ frame: PageFrame, _ standing: RunStanding) {
    title = frame.title
    header = Part("heading", frame.header)
    menu = Part("menu", frame.menu)
    sections = frame.sections.map { Part($0.identifier, $0.html) }
    footer = Part("footer", frame.footer(" The page follows the run as long as that command runs."))
    self.standing = standing
  }

  private init(_ other: LivePage, _ standing: RunStanding) {
    (title, header, menu) = (other.title, other.header, other.menu)
    (sections, footer) = (other.sections, other.footer)
    self.standing = standing
  }

  /// Whether it was made of a run.
  private var hasBeenRead: Bool { sections.count > 1 }

  /// Whether a browser that shows one of the two has all of the other.
  package func shows(sameAs other: LivePage) -> Bool {
    standing == other.standing && parts.map(\.digest) == other.parts.map(\.digest)
  }

  /// The digest of every part, by its identifier.
  package var digests: [String: String] {
    Dictionary(parts.map { ($0.identifier, $0.digest) }) { first, _ in first }
  }

  private static func digest(of text: String) -> String {
    String(FileDigest(of: Data(text.utf8)).sha256.prefix(16))
  }
}

// MARK: - The whole

extension LivePage {
  /// What the header `Content-Security-Policy` says of the page: it runs the script of its server alone, and asks nobody else.
  package static let contentPolicy =
    "default-src 'none'; script-src 'self'; connect-src 'self'; img-src data:; style-src 'unsafe-inline'; "
    + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

  /// What page, style and script belong together; a page of another one loads itself again.
  private static let program = digest(of: LiveScript.text + LiveStyle.rules + PageStyle.rules)

  /// The page as one file, whose script then follows the run.
  package var file: String {
    PageFrame.document(
      head: PageFrame.head(
        title: title, style: PageStyle.rules + LiveStyle.rules,
        [HTML("script", ["src": LiveScript.name, "defer": "defer"])]),
      body: [
        PageFrame.skip, bar, header.html, menu.html, PageFrame.main(sections.map(\.html)), footer.html,
      ])
  }

  /// How the run stands, whether the page follows it, and when it last changed.
  private var bar: HTML {
    HTML(
      "div",
      ["class": "live", "id": "live", "data-state": standing.state.rawValue, "data-program": Self.program],
      [
        HTML(
          "div", [:],
          [
            HTML("span", ["class": "dot", "aria-hidden": "true"]),
            // Read aloud when it changes; nothing else of the page is.
            HTML("p", ["id": "live-words", "role": "status"], [.text(standing.words)]),
            HTML(
              "p", ["id": "live-progress", "hidden": "hidden"],
              [
                HTML("progress", ["aria-label": "Progress", "max": "1", "value": "0"]), HTML("span", [:]),
              ]), HTML("p", ["id": "live-time", "class": "faded"]),
            HTML(
              "noscript", [:],
              [.paragraph("This page follows the run by JavaScript. Without it, load the page again.")]),
          ])
      ])
  }
}

// MARK: - What has changed

extension LivePage {
  private struct Update: Encodable {
    let program: String
    let title: String
    let state: String
    let words: String
    let progress: RunStanding.Progress?
    /// Identifier and digest of every part, in their order.
    let parts: [[String]]
    /// The parts that the browser does not have.
    let markup: [String: String]
  }

  /// What a browser needs that has parts with these digests already, as JSON in one line.
  package func update(knowing known: [String: String]) -> String {
    let update = Update(
      program: Self.program, title: "\(title) – swift-pba", state: standing.state.rawValue,
      words: standing.words, progress: standing.progress, parts: parts.map { [$0.identifier, $0.digest] },
      markup: Dictionary(
        parts.filter { known[$0.identifier] != $0.digest }.map { ($0.identifier, $0.html.markup) }
      ) { first, _ in first })
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    // Strings and numbers can always be written.
    return (try? encoder.encode(update)).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
  }

  /// The digests that a browser names, as in `result-0a1b.curves-2c3d`; what is written otherwise is left out.
  package static func digests(in text: String) -> [String: String] {
    let pairs = text.split(separator: ".").compactMap { word -> (String, String)? in
      let parts = word.split(separator: "-")
      return parts.count == 2 ? (String(parts[0]), String(parts[1])) : nil
    }
    return Dictionary(pairs) { first, _ in first }
  }
}
