/// A part of a page: text, an element, or what is written already.
///
/// Text and attribute values are kept as they are meant; they are escaped when the page is written. What is written is
/// well-formed XML too.
indirect enum HTML: Sendable, ExpressibleByStringLiteral, ExpressibleByStringInterpolation {
  case text(String)
  case element(String, [(String, String)], [HTML])
  /// Markup that needs no escaping any more.
  case written(String)

  init(_ name: String, _ attributes: KeyValuePairs<String, String> = [:], _ content: [HTML] = []) {
    self = .element(name, attributes.map { ($0.key, $0.value) }, content)
  }

  init(stringLiteral value: String) { self = .text(value) }

  /// The markup.
  var markup: String {
    var text = ""
    write(to: &text)
    return text
  }

  /// Elements that have no content and no end.
  private static let void: Set<String> = ["meta", "link", "img", "br"]

  private func write(to text: inout String) {
    switch self {
    case .text(let words): text += escapedForXML(words)
    case .written(let markup): text += markup
    case .element(let name, let attributes, let content):
      text += "<\(name)"
      for (key, value) in attributes { text += " \(key)=\"\(escapedForXML(value))\"" }
      guard !Self.void.contains(name) else {
        text += "/>"
        return
      }
      text += ">"
      for part in content { part.write(to: &text) }
      text += "</\(name)>"
    }
  }
}

extension HTML {
  /// An element with one attribute more.
  func with(_ name: String, _ value: String) -> HTML {
    guard case .element(let element, let attributes, let content) = self else { return self }
    return .element(element, attributes + [(name, value)], content)
  }

  static func paragraph(_ words: String, class style: String? = nil) -> HTML {
    .element("p", style.map { [("class", $0)] } ?? [], [.text(words)])
  }
}
