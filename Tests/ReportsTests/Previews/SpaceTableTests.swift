import Augmentation
import Images
import Policies
import Reports
import Testing

@Suite struct SpaceTableTests {
  private let image = slope(width: 96, height: 60)

  private func space() throws -> SearchSpace {
    try SearchSpace(
      name: "turns",
      choices: [
        .init(ScaledOperation(.rotate, from: 0, to: 270, steps: 4, isSigned: false), entries: 3),
        .init(ScaledOperation(.translateX), entries: 1),
        .init(ScaledOperation(.posterize, from: 8, to: 1, steps: 100), entries: 2),
        .init(ScaledOperation(.equalize), entries: 1),
      ])
  }

  @Test func showsLeastMiddleAndMost() throws {
    let svg = try SVGNode.read(SpaceTable(of: space(), name: "a.png", image: image).figure().drawing.svg())
    #expect(svg.elements("image").count == 10)
    #expect(
      svg.words.prefix(2).joined(separator: " ")
        == "a.png: the search space turns, each operation at its least, middle and most")
    #expect(
      svg.elements("text", class: "strong").dropFirst(2).map(\.text) == [
        "Rotate", "TranslateX ±", "Posterize", "Equalize",
      ])
    for (operation, magnitude, parameter, words) in [
      (Operation.rotate, 0, 0.0, "0°"), (.rotate, 1, 90, "90°"), (.rotate, 3, 270, "270°"),
      (.translateX, 4, 4, "4 px"), (.posterize, 49, 5, "5 bits"), (.posterize, 99, 1, "1 bit"),
      (.equalize, 0, 0, "no parameter"),
    ] {
      let node = try svg.image("\(operation.name), magnitude \(magnitude): \(words)")
      let expected = image.applying(operation, parameter: parameter, center: (48, 30)).shown
      #expect(try node.embedded() == expected, "\(operation) \(magnitude)")
    }
    #expect(svg.words.contains("100 steps") && svg.words.contains("3 entries"))
  }

  @Test func columnsAreNamedWhateverTheFirstOperationHas() throws {
    let space = try SearchSpace(
      name: "x",
      choices: [
        .init(ScaledOperation(.equalize), entries: 1),
        .init(ScaledOperation(.rotate, from: 0, to: 90, steps: 2, isSigned: false), entries: 1),
      ])
    let figure = try SpaceTable(of: space, name: "a", image: image).figure()
    let svg = try SVGNode.read(figure.drawing.svg())
    #expect(svg.words.filter(["least", "middle", "most"].contains) == ["least", "middle", "most"])
    #expect(figure.table.rows == [["Equalize", "no parameter", "", ""], ["Rotate", "0°", "", "90°"]])
    func column(_ words: String) throws -> String? {
      try #require(svg.elements("text").first { $0.text == words }).attributes["x"]
    }
    #expect(try column("90°") == column("most"))
  }

  @Test func lengthsFollowTheSizeWhereTheyMay() throws {
    func words(_ scalesPixels: Bool) throws -> [String] {
      let space = try SearchSpace(
        name: "x", scalesPixels: scalesPixels, choices: [.init(ScaledOperation(.translateX), entries: 1)])
      return try SpaceTable(of: space, name: "a", image: image, scale: PixelScale(width: 64, height: 64))
        .figure().table.rows[0]
    }
    #expect(try words(true) == ["TranslateX", "0 px", "8 px", "18 px"])
    #expect(try words(false) == ["TranslateX", "0 px", "4 px", "9 px"])
  }

  @Test(arguments: [(28, 28), (96, 20), (1, 1), (500, 300)])
  func wordsAreInsideAndApart(_ width: Int, _ height: Int) throws {
    for name in ["a.png", String(repeating: "long name ", count: 10)] {
      let named = try SearchSpace(name: name, choices: space().choices)
      let table = SpaceTable(of: named, name: name, image: slope(width: width, height: height))
      try expectInside(table.figure().drawing)
      try expectApart(table.figure().drawing)
    }
  }

  @Test func picturesOfASchedulesHaveTheScalesOfItsSpace() throws {
    let space = try space()
    let last = try space.scaledEntries.map {
      try PolicyEntry($0, probability: 10, magnitude: $0.magnitudes.upperBound)
    }
    let schedule = try Schedule(
      name: "own", space: space, segments: [.init(epochs: 2, policy: Policy(entries: last))])
    let courses = OperationCourse.all(of: schedule)
    #expect(courses.map(\.operation) == [.rotate, .translateX, .posterize, .equalize])
    #expect(courses.map(\.highest) == [3, 9, 99, 9])
    for figure in ScheduleFigure.allCases {
      let svg = figure(schedule).drawing.svg()
      #expect(svg.contains("each on its own scale") == (figure != .overview))
      #expect(svg.contains("Magnitude, share of scale, sum") == (figure != .operations))
      try expectInside(figure(schedule).drawing)
    }
    let applied = try #require(
      BatchAugmenter(
        program: Policy(entries: [last[2]]).program(operationCount: [0, 1]), tail: .unchanged, seed: 0,
        trial: 0
      ).preview(sample: 0, of: ImageStack(count: 1, height: 1, width: 1, pixels: [0, 0, 0]), epoch: 0).applied
        .first)
    #expect(applied.words() == "Posterize 99 (1 bit), p 1.0")
  }
}
