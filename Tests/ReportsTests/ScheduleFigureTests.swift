import Augmentation
import Policies
import Reports
import Testing

@Suite struct ScheduleFigureTests {
  private let published = ["rcifar10", "rsvhn"]

  /// Two segments, 4 and 6 epochs: Rotate at first never, Cutout twice with other numbers.
  private func small() throws -> Schedule {
    func entry(_ operation: Operation, _ numbers: (Int, Int)) throws -> PolicyEntry {
      try PolicyEntry(operation: operation, probability: numbers.0, magnitude: numbers.1)
    }
    let (rotate, cutout) = (try Operation(named: "Rotate"), try Operation(named: "Cutout"))
    func policy(_ first: (Int, Int), _ cutouts: [(Int, Int)]) throws -> Policy {
      Policy(entries: [try entry(rotate, first)] + (try cutouts.map { try entry(cutout, $0) }))
    }
    return try Schedule(
      name: "small",
      segments: [
        .init(epochs: 4, policy: try policy((0, 9), [(10, 4), (0, 8)])),
        .init(epochs: 6, policy: try policy((5, 3), [(4, 9), (2, 1)])),
      ])
  }

  @Test func aCourseIsTheMeanOverEntries() throws {
    let courses = OperationCourse.all(of: try small())
    #expect(courses.map(\.operation) == SearchSpace.pba.operations)
    let rotate = try #require(courses.first { $0.operation.name == "Rotate" })
    // An entry that never fires has no strength.
    #expect(rotate.mean.probability.values == [0, 0.5])
    #expect(rotate.mean.magnitude.values == [0, 3])
    #expect(rotate.mean.probability.bounds == [0, 4, 10])
    let cutout = try #require(courses.first { $0.operation.name == "Cutout" })
    #expect(cutout.copies.count == 2)
    #expect(cutout.copies[1].magnitude.values == [0, 1])
    #expect(abs(cutout.mean.probability.values[1] - 0.3) < 1e-12)
    #expect(cutout.mean.magnitude.values == [2, 5])
    #expect(courses.first { $0.operation.name == "Invert" }?.mean.probability.values == [0, 0])
  }

  @Test func thePublishedPolicyIsWhatIsPublished() throws {
    // The last policy of rcifar10: Rotate has probabilities 0 and 0.2, the second with magnitude 7.
    let rotate = OperationCourse.all(of: try Schedule.named("rcifar10"))[0]
    #expect(rotate.mean.probability.values.last == 0.1)
    #expect(rotate.mean.magnitude.values.last == 3.5)
  }

  @Test(arguments: ScheduleFigure.allCases)
  func nothingIsOutsideThePaper(_ figure: ScheduleFigure) throws {
    for name in published { try expectInside(figure(Schedule.named(name)).drawing) }
    try expectInside(figure(small()).drawing)
  }

  @Test func everyOperationIsNamedOnceInEachPart() throws {
    for name in published {
      let svg = try SVGNode.read(ScheduleFigure.all(Schedule.named(name)).drawing.svg())
      for operation in SearchSpace.pba.operations {
        #expect(svg.words.count { $0 == operation.name } == 2, "legend and panel")
      }
      #expect(svg.words.contains("Probability, share of all"))
      #expect(svg.words.contains("Magnitude, sum over operations"))
      #expect(svg.words.count { $0 == "epoch" } == 3)
    }
  }

  @Test func eachPartHasItsMarks() throws {
    for name in published {
      let svg = try SVGNode.read(ScheduleFigure.all(Schedule.named(name)).drawing.svg())
      // Two entries of 15 operations, a probability and a magnitude each.
      let courses = svg.elements("g", class: "courses").flatMap { $0.elements("path", class: "curve") }
      #expect(courses.count == 60)
      for operation in SearchSpace.pba.operations {
        let areas = svg.elements("path", class: OperationColors.style(of: operation))
        #expect(areas.count >= 3, "one in each of three stacks: \(operation)")
      }
    }
  }

  @Test func areasLieWhereTheirNumbersAre() throws {
    let svg = try SVGNode.read(ScheduleFigure.overview(small()).drawing.svg())
    let stacks = svg.elements("g", class: "stack")
    #expect(stacks.count == 3)
    let cutout = OperationColors.style(of: try Operation(named: "Cutout"))
    // Shares: alone in the first segment; 0.3 of 0.8 in the second, above Rotate's 0.5.
    let share = try #require(stacks[0].elements("path", class: cutout).first).corners
    let frame = Frame(x: 48, y: 74, width: 258, height: 240)
    let axes = Axes(in: frame, x: 0...10, y: 0...1)
    let expected = [
      axes.point(0, 1), axes.point(4, 1), axes.point(4, 1), axes.point(10, 1),
      axes.point(10, 0.625), axes.point(4, 0.625), axes.point(4, 0), axes.point(0, 0),
    ]
    #expect(share.count == expected.count)
    #expect(
      zip(share, expected).allSatisfy { abs($0.x - $1.x) < 0.01 && abs($0.y - $1.y) < 0.01 }, "\(share)")
  }

  @Test func sharesAddUpToOneOrNothing() throws {
    let probabilities = OperationCourse.all(of: try Schedule.named("rsvhn")).map(\.mean.probability)
    let sums = StackedSteps(ScheduleOverview.shares(probabilities)).levels.last?.values ?? []
    #expect(sums.first == 0)
    #expect(sums.dropFirst().allSatisfy { abs($0 - 1) < 1e-9 })
  }

  @Test func wordsTellTheSameAsThePicture() throws {
    let figure = ScheduleFigure.overview(try small())
    #expect(figure.table.rows.map(\.first) == ["1–4", "5–10"])
    #expect(figure.table.heads.count == 16)
    #expect(figure.table.rows.allSatisfy { $0.count == 16 })
    #expect(figure.table.rows[1][1] == "0.50 at 3.0")
    #expect(figure.table.rows[0][1] == "–")
    #expect(figure.drawing.description.contains("Epoch 1: most probable Cutout 0.50."))
    #expect(figure.drawing.description.contains("Epoch 10: most probable Rotate 0.50, Cutout 0.30."))
  }

  @Test func aScheduleWithoutOperationsIsDrawnToo() throws {
    let empty = try Schedule(name: "none", segments: [.init(epochs: 1, policy: Policy(entries: []))])
    let figure = ScheduleFigure.all(empty)
    try expectInside(figure.drawing)
    #expect(figure.drawing.description.contains("Epoch 1: no operation."))
  }

  @Test func hostileAndLongNamesStayInside() throws {
    let name = "<b>&\"\u{1b}[31m" + String(repeating: "Wide name ", count: 30)
    let schedule = try Schedule(name: name, segments: [.init(epochs: 3, policy: Policy(entries: []))])
    try expectInside(ScheduleFigure.overview(schedule).drawing)
  }

  @Test func themesDifferInColoursAlone() throws {
    let drawing = ScheduleFigure.overview(try small()).drawing
    let (light, dark) = (try SVGNode.read(drawing.svg(.light)), try SVGNode.read(drawing.svg(.dark)))
    #expect(light.all.map(\.attributes) == dark.all.map(\.attributes))
    #expect(light.elements("style").map(\.text) != dark.elements("style").map(\.text))
    #expect(drawing.svg(.automatic).contains("prefers-color-scheme:dark"))
  }

  @Test func aPictureHasThePixelsOfItsDrawing() throws {
    let drawing = ScheduleFigure.overview(try small()).drawing
    for (theme, paper) in [(Theme.light, [UInt8](repeating: 255, count: 3)), (.dark, [0x14, 0x17, 0x1c])] {
      let image = try drawing.image(theme, scale: 2)
      #expect(image.width == 2240)
      #expect(image.height == 744)
      func pixel(_ x: Int, _ y: Int) -> [UInt8] {
        let start = (y * image.width + x) * 4
        return Array(image.pixels[start..<start + 4])
      }
      #expect(pixel(2, 2) == paper + [255])
      // In the middle of the second segment's lower half Rotate is drawn: 0xab8f05.
      #expect(pixel(2 * 230, 2 * 280) == [0xab, 0x8f, 0x05, 255])
    }
  }

  @Test func aPictureTooLargeIsRefused() throws {
    let drawing = Drawing(width: 1e6, height: 1e6, title: "", description: "", elements: [])
    #expect(throws: RasterizingError.self) { try drawing.image() }
  }
}
