import Augmentation
import Reports
import Testing

@Suite struct OperationTableTests {
  private let image = slope(width: 96, height: 60)

  @Test func everyOperationHasEveryMagnitude() throws {
    let svg = try SVGNode.read(OperationTable(name: "a.png", image: image).figure().drawing.svg())
    #expect(svg.elements("image").count == 10 * Operation.catalogue.count)
    #expect(
      svg.words.first == "a.png: every operation at magnitudes 0 to 9; those marked ± also go the other way")
    #expect(
      svg.elements("text", class: "strong").dropFirst().map(\.text) == Operation.catalogue.map(\.name))
    for operation in Operation.catalogue {
      for magnitude in Operation.magnitudes {
        let parameter = operation.parameter(magnitude: magnitude)
        let words = operation.usesParameter ? operation.unit.text(parameter) : "no parameter"
        let node = try svg.image("\(operation.name), magnitude \(magnitude): \(words)")
        #expect(try svg.lines(below: node) == (operation.usesParameter ? [words] : []))
        // As large as in the picture, so that no pixel is repeated.
        let expected = image.applying(operation, parameter: parameter, center: (48, 30)).shown
        #expect(try node.embedded() == expected, "\(operation) \(magnitude)")
      }
    }
  }

  @Test func operationsWithADirectionAreMarked() throws {
    let svg = try SVGNode.read(OperationTable(name: "a.png", image: image).figure().drawing.svg())
    let marked = svg.words.filter { $0.hasPrefix("±") }
    #expect(marked.count == Operation.catalogue.count(where: \.isSigned))
    #expect(svg.words.count { $0 == "no parameter" } == Operation.catalogue.count { !$0.usesParameter })
  }

  @Test(arguments: [(28, 28), (32, 32), (96, 20), (20, 96), (1, 1), (500, 300)])
  func wordsAreInsideAndApart(_ width: Int, _ height: Int) throws {
    for name in ["a.png", String(repeating: "long name ", count: 60)] {
      let drawing = try OperationTable(name: name, image: slope(width: width, height: height)).figure()
        .drawing
      try expectInside(drawing)
      try expectApart(drawing)
    }
  }

  @Test func theTableOfWordsIsComplete() throws {
    let table = try OperationTable(name: "a.png", image: image).figure().table
    #expect(table.rows.map(\.first) == Operation.catalogue.map(\.name))
    #expect(table.rows.allSatisfy { $0.count == table.heads.count })
    #expect(table.rows[0].last == "27°")
  }
}
