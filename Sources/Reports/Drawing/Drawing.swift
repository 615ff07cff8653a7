/// A picture made of SVG elements, with what it shows in words.
public struct Drawing: Hashable, Sendable {
  /// In pixels.
  public let width: Double
  /// In pixels.
  public let height: Double
  /// What it is.
  public let title: String
  /// What it shows, for screen readers.
  public let description: String
  /// What is painted, in this order, on the paper.
  public let elements: [SVGElement]

  /// A drawing of a size in pixels.
  public init(width: Double, height: Double, title: String, description: String, elements: [SVGElement]) {
    self.width = width
    self.height = height
    self.title = title
    self.description = description
    self.elements = elements
  }

  /// The whole of an SVG file.
  ///
  /// It asks for nothing outside itself: the style is inside, fonts are the reader's.
  public func svg(_ theme: Theme = .light) -> String {
    let content =
      [
        SVGElement("title", text: title), SVGElement("desc", text: description),
        SVGElement("style", text: StyleSheet.rules(theme)),
        .rectangle(Frame(x: 0, y: 0, width: width, height: height), class: "paper"),
      ] + elements
    return root(["role": "img"], content).xml + "\n"
  }

  /// The drawing as a part of a page that has ``StyleSheet/rules(_:)``.
  public var inlineSVG: String {
    root(["role": "img", "aria-label": title + ". " + description], elements).xml
  }

  private func root(_ attributes: KeyValuePairs<String, String>, _ content: [SVGElement]) -> SVGElement {
    SVGElement(
      "svg",
      [
        ("xmlns", "http://www.w3.org/2000/svg"), ("class", "drawing"), ("width", svgNumber(width)),
        ("height", svgNumber(height)), ("viewBox", "0 0 \(svgNumber(width)) \(svgNumber(height))"),
      ] + attributes.map { ($0.key, $0.value) }, content: content)
  }
}
