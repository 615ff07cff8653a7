/// One element of an SVG drawing: its name, its attributes in their order, and what is inside it.
///
/// Text and attribute values are kept as they are meant; they are escaped when the element is written.
public struct SVGElement: Hashable, Sendable {
  /// A name and its value.
  public struct Attribute: Hashable, Sendable {
    /// The name of the attribute.
    public let name: String
    /// The value, not escaped.
    public let value: String
  }

  /// The element's name, such as `path`.
  public let name: String
  /// The attributes, in the order in which they are written.
  public private(set) var attributes: [Attribute]
  /// The elements inside it, in the order in which they are painted.
  public let content: [SVGElement]
  /// The words inside it, for a `text`, a `title` or a `desc`.
  public let text: String?

  init(
    _ name: String, _ attributes: [(String, String)] = [], text: String? = nil, content: [SVGElement] = []
  ) {
    self.name = name
    self.attributes = attributes.map { Attribute(name: $0.0, value: $0.1) }
    self.text = text
    self.content = content
  }

  /// The same element with one attribute more.
  public func with(_ name: String, _ value: String) -> SVGElement {
    var element = self
    element.attributes.append(Attribute(name: name, value: value))
    return element
  }

  /// The element as XML.
  public var xml: String {
    var xml = ""
    write(to: &xml)
    return xml
  }

  private func write(to xml: inout String) {
    xml += "<\(name)"
    for attribute in attributes { xml += " \(attribute.name)=\"\(escapedForXML(attribute.value))\"" }
    guard text != nil || !content.isEmpty else {
      xml += "/>"
      return
    }
    xml += ">"
    if let text { xml += escapedForXML(text) }
    for element in content { element.write(to: &xml) }
    xml += "</\(name)>"
  }
}

/// Text as it stands in XML and HTML, between tags or in a value between double quotes.
///
/// Characters that XML does not allow or discourages become the replacement character (XML 1.0, section 2.2), and so
/// do the marks that reorder the line in which a name stands.
public func escapedForXML(_ text: String) -> String {
  var escaped = ""
  escaped.reserveCapacity(text.utf8.count)
  for scalar in text.unicodeScalars {
    switch scalar {
    case "&": escaped += "&amp;"
    case "<": escaped += "&lt;"
    case ">": escaped += "&gt;"
    case "\"": escaped += "&quot;"
    case "\u{7F}"..."\u{84}", "\u{86}"..."\u{9F}", "\u{202A}"..."\u{202E}", "\u{2066}"..."\u{2069}":
      escaped += "\u{FFFD}"
    case "\t", "\n", "\r", " "..."\u{D7FF}", "\u{E000}"..."\u{FFFD}", "\u{10000}"..."\u{10FFFF}":
      escaped.unicodeScalars.append(scalar)
    default: escaped += "\u{FFFD}"
    }
  }
  return escaped
}
