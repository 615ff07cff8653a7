import Foundation
import ImageFiles
import Images
import Text

private let margin = 24.0
private let titleSize = 16.0
private let titleHeight = 22.0
/// What titles and notes need, in pixels.
private let leastWidth = 560.0

extension ImageTable {
  /// The picture.
  ///
  /// - Throws: `ImageFileError` for an image without pixels.
  func drawing(description: String) throws -> Drawing {
    let content = labelWidth + Double(columns) * (cellWidth + Self.gap) - Self.gap
    let width = max(content + 2 * margin, leastWidth)
    let heading = heading(width: width - 2 * margin)
    var y = margin
    var elements = [SVGElement]()
    for line in wrapped(heading, size: titleSize, width: width - 2 * margin) {
      elements.append(.text(line, at: Point(margin, y + 12), size: titleSize, class: "ink strong"))
      y += titleHeight
    }
    y += 8
    for row in rows {
      if row.isParted {
        let line = y - Self.gap / 2
        elements.append(.line(Point(margin, line), Point(margin + content, line), class: "grid"))
      }
      elements += try self.elements(row, y: y)
      y += height(row)
    }
    for line in wrapped(notes.joined(separator: " "), size: Self.lineSize, width: width - 2 * margin) {
      y += Self.lineHeight
      elements.append(.text(line, at: Point(margin, y), size: Self.lineSize, class: "faint"))
    }
    return Drawing(
      width: width, height: y + margin, title: heading, description: description, elements: elements)
  }

  /// The title; a name gets what the rest leaves of the line, and a third of it at least.
  private func heading(width: Double) -> String {
    let rest = width - textWidth(title, size: titleSize)
    return fitted(printable(name), size: titleSize, width: max(rest, width / 3)) + title
  }

  private func elements(_ row: Row, y: Double) throws -> [SVGElement] {
    let top = y + (row.heads.isEmpty ? 0 : Self.headHeight)
    let centers = (0..<columns).map { column in
      margin + labelWidth + Double(column) * (cellWidth + Self.gap) + cellWidth / 2
    }
    var elements = [SVGElement]()
    if !row.head.isEmpty {
      elements.append(.text(row.head, at: Point(margin, y + 15), size: Self.headSize, class: "faint"))
    }
    for (head, center) in zip(row.heads, centers) where !head.isEmpty {
      elements.append(
        .text(head, at: Point(center, y + 15), size: Self.headSize, class: "faint", anchor: .middle))
    }
    let beside = [(row.label, Self.headSize, "ink strong")] + row.remarks.map { ($0, Self.lineSize, "faint") }
    let middle = top + imageHeight(row) / 2 + 4
    for (index, line) in beside.filter({ !$0.0.isEmpty }).enumerated() {
      let place = Point(margin, middle + Double(index) * Self.lineHeight)
      elements.append(.text(line.0, at: place, size: line.1, class: line.2))
    }
    for (cell, center) in zip(row.cells, centers) {
      if let cell { elements += try self.elements(cell, center: center, top: top) }
    }
    return elements
  }

  private func elements(_ cell: Cell, center: Double, top: Double) throws -> [SVGElement] {
    let (width, height) = size(cell.image)
    // At whole pixels, so that the squares of the image stay sharp.
    let frame = Frame(x: (center - width / 2).rounded(), y: top, width: width, height: height)
    let outline = Frame(x: frame.x - 0.5, y: top - 0.5, width: width + 1, height: height + 1)
    // Not all programs keep to image-rendering, librsvg 2.54 among them: the squares are drawn, for twice the size.
    let factor = Self.factor(cell.image, longest: longest)
    let squares = factor > 1 ? cell.image.enlarged(2 * factor) : cell.image
    let png = try encodePNG(squares, name: cell.description, keepAlpha: false)
    let words = words(cell).enumerated().map { index, word in
      SVGElement.text(
        word.line, at: Point(center, frame.bottom + Double(index + 1) * Self.lineHeight),
        size: Self.lineSize, class: word.style, anchor: .middle)
    }
    return [
      .rectangle(outline, class: "grid"), .image(png: Data(png), in: frame, label: cell.description),
    ] + words
  }
}
