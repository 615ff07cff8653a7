import Foundation
import Reports
import Testing

#if canImport(FoundationXML)
  import FoundationXML
#endif

/// An element of an SVG file as an XML parser found it.
final class SVGNode {
  let name: String
  let attributes: [String: String]
  private(set) var children: [SVGNode] = []
  fileprivate(set) var text = ""

  fileprivate init(name: String, attributes: [String: String]) {
    self.name = name
    self.attributes = attributes
  }

  fileprivate func add(_ child: SVGNode) { children.append(child) }

  /// Reads a file; a file that is no well-formed XML is a failed test.
  static func read(_ xml: String, _ location: SourceLocation = #_sourceLocation) throws -> SVGNode {
    let builder = TreeBuilder()
    let parser = XMLParser(data: Data(xml.utf8))
    parser.delegate = builder
    let isRead = parser.parse()
    #expect(isRead, "\(String(describing: parser.parserError))", sourceLocation: location)
    return try #require(builder.root, sourceLocation: location)
  }

  /// This element and all inside it.
  var all: [SVGNode] { [self] + children.flatMap(\.all) }

  /// The classes of the element.
  var classes: Set<String> { Set((attributes["class"] ?? "").split(separator: " ").map(String.init)) }

  /// All elements of a name, of a class if one is given.
  func elements(_ name: String, class style: String? = nil) -> [SVGNode] {
    all.filter { $0.name == name && style.map($0.classes.contains) ?? true }
  }

  /// What all `text` elements say, in their order.
  var words: [String] { elements("text").map(\.text) }

  func number(_ attribute: String) -> Double { Double(attributes[attribute] ?? "") ?? .nan }

  /// The corners of a path that has only straight lines.
  var corners: [Point] {
    (attributes["d"] ?? "").split(whereSeparator: { "MLZ".contains($0) }).map { pair in
      let numbers = pair.split(separator: " ").map { Double($0) ?? .nan }
      return Point(numbers.first ?? .nan, numbers.last ?? .nan)
    }
  }

  /// The rectangle that the element is painted in, the width of text as ``textWidth(_:size:)`` bounds it; nil for what
  /// is not painted.
  var box: Frame? {
    switch name {
    case "rect", "image":
      return Frame(x: number("x"), y: number("y"), width: number("width"), height: number("height"))
    case "circle":
      let radius = number("r")
      return Frame(
        x: number("cx") - radius, y: number("cy") - radius, width: 2 * radius, height: 2 * radius)
    case "line":
      return Self.box(of: [Point(number("x1"), number("y1")), Point(number("x2"), number("y2"))])
    case "path": return Self.box(of: corners)
    case "text":
      let size = number("font-size")
      let width = textWidth(text, size: size)
      let shares: [String?: Double] = ["middle": 0.5, "end": 1]
      let shift = width * (shares[attributes["text-anchor"]] ?? 0)
      return Frame(x: number("x") - shift, y: number("y") - size * 0.8, width: width, height: size)
    default: return nil
    }
  }

  private static func box(of points: [Point]) -> Frame {
    let (x, y) = (points.map(\.x), points.map(\.y))
    let (left, top) = (x.min() ?? .nan, y.min() ?? .nan)
    return Frame(x: left, y: top, width: (x.max() ?? .nan) - left, height: (y.max() ?? .nan) - top)
  }
}

/// Fails the test if anything of a drawing lies outside its paper, or is nowhere.
func expectInside(_ drawing: Drawing, _ location: SourceLocation = #_sourceLocation) throws {
  for element in try SVGNode.read(drawing.svg()).all {
    guard let box = element.box else { continue }
    let isInside =
      box.x >= -0.5 && box.y >= -0.5 && box.right <= drawing.width + 0.5
      && box.bottom <= drawing.height + 0.5
    #expect(
      isInside, "\(element.name) \(element.text) \(element.attributes) in \(box)", sourceLocation: location)
  }
}

private final class TreeBuilder: NSObject, XMLParserDelegate {
  var root: SVGNode?
  private var open: [SVGNode] = []

  func parser(
    _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
    attributes: [String: String] = [:]
  ) {
    let node = SVGNode(name: name, attributes: attributes)
    if let parent = open.last { parent.add(node) } else { root = node }
    open.append(node)
  }

  func parser(
    _ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?
  ) {
    open.removeLast()
  }

  func parser(_ parser: XMLParser, foundCharacters text: String) { open.last?.text += text }
}
