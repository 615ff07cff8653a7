import Reports
import Testing

@Suite struct ConfusionFigureTests {
  private func figure(_ names: [String], _ rows: [[Int: Int]]) throws -> SVGNode {
    try SVGNode.read(ConfusionFigure(classNames: names, rows: rows).drawing.svg())
  }

  @Test func fieldsShowTheSharesOfEachRow() throws {
    let svg = try figure(["cat", "dog", "fish"], [[0: 3, 1: 1], [2: 2], [:]])
    let right = svg.elements("rect", class: "accent")
    let wrong = svg.elements("rect", class: "second")
    #expect(right.map { $0.number("fill-opacity") } == [0.75])
    #expect(wrong.map { $0.number("fill-opacity") } == [0.25, 1])
    // Rows are true classes, columns predicted ones.
    #expect(wrong[0].number("y") == right[0].number("y"))
    #expect(wrong[0].number("x") == right[0].number("x") + right[0].number("width"))
    #expect(wrong[1].number("y") == right[0].number("y") + right[0].number("height"))
    #expect(wrong[1].number("x") == right[0].number("x") + 2 * right[0].number("width"))
    for words in ["3", "1", "2", "75.00 % of 4", "0.00 % of 2", "no images", "6 images, accuracy 50.00 %"] {
      #expect(svg.words.contains(words), "\(words) is not in \(svg.words)")
    }
    let description = try #require(svg.elements("desc").first?.text)
    #expect(description.contains("dog taken for fish: 2. cat taken for dog: 1."))
  }

  @Test(arguments: [2, 24, 25, ConfusionFigure.mostClasses])
  func nothingLeavesTheDrawing(classes: Int) throws {
    let names = (0..<classes).map { "a class with a name that is far too long for a figure \($0)" }
    let rows = (0..<classes).map { [$0: 12_345_678, ($0 + 1) % classes: 1] }
    let drawing = ConfusionFigure(classNames: names, rows: rows).drawing
    let svg = try SVGNode.read(drawing.svg())
    for node in svg.all where node.attributes["transform"] == nil {
      guard let box = node.box else { continue }
      #expect(box.x >= -0.5 && box.right <= drawing.width + 0.5, "\(node.name) \(node.text)")
      #expect(box.y >= -0.5 && box.bottom <= drawing.height + 0.5, "\(node.name) \(node.text)")
    }
    // Counts are written where they have room.
    #expect(svg.words.contains("12M") == (classes <= 24))
  }

  @Test func namesAreEscaped() throws {
    let svg = try figure(["<b>&", "\u{202e}x"], [[0: 1], [1: 1]])
    #expect(svg.words.contains("<b>&"))
    #expect(!svg.words.joined().unicodeScalars.contains("\u{202e}"))
  }
}
