import Reports
import Testing

@Suite struct LinearScaleTests {
  @Test func numbersGoToTheirPlaces() {
    let scale = LinearScale(0...200, from: 50, to: 250)
    #expect(scale(0) == 50)
    #expect(scale(100) == 150)
    #expect(scale(200) == 250)
    #expect(LinearScale(0...1, from: 100, to: 0)(0.25) == 75)
  }

  @Test func numbersOutsideGoToTheEnds() {
    let scale = LinearScale(0...1, from: 0, to: 10)
    #expect(scale(-5) == 0)
    #expect(scale(7) == 10)
  }

  @Test func aDomainWithoutExtentIsWidened() {
    #expect(LinearScale(3...3, from: 0, to: 10)(3) == 0)
  }

  @Test(arguments: [
    (0.0...200.0, 5, [0.0, 50, 100, 150, 200]), (0...1, 5, [0, 0.2, 0.4, 0.6, 0.8, 1]),
    (0...160, 5, [0, 50, 100, 150]), (0...1, 1, [0, 1]), (0...9, 4, [0, 5]), (2...3, 2, [2, 2.5, 3]),
    (1...7, 10, [1, 2, 3, 4, 5, 6, 7]),
  ])
  func ticksAreRound(_ domain: ClosedRange<Double>, _ count: Int, _ expected: [Double]) {
    let ticks = LinearScale(domain, from: 0, to: 1).ticks(count)
    #expect(ticks.count == expected.count)
    #expect(zip(ticks, expected).allSatisfy { abs($0 - $1) < 1e-9 }, "\(ticks)")
  }

  @Test(arguments: [(8.2, 10.0), (71, 80), (0.37, 0.4), (1, 1), (0, 1), (-3, 1)])
  func anAxisEndsAtARoundNumberAboveItsData(_ value: Double, _ end: Double) {
    #expect(abs(LinearScale.roundEnd(over: value) - end) < 1e-9)
  }
}

@Suite struct StackTests {
  private let bounds = [0.0, 2, 5]
  private func series(_ values: [Double]) -> StepSeries { StepSeries(bounds: bounds, values: values) }

  @Test func layersAreAddedUp() {
    let stack = StackedSteps([series([1, 2]), series([3, 0]), series([0.5, 0.5])])
    #expect(stack.levels.map(\.values) == [[0, 0], [1, 2], [4, 2], [4.5, 2.5]])
    #expect(stack.top == 4.5)
  }

  @Test func aLayerIsDrawnOnlyWhereItHasAnExtent() {
    let axes = Axes(in: Frame(x: 0, y: 0, width: 100, height: 100), x: 0...5, y: 0...5)
    let stack = StackedSteps([series([1, 2]), series([3, 0]), series([0, 0])])
    let areas = stack.elements(in: axes) { "layer-\($0)" }
    #expect(areas.map { $0.attributes.first?.value } == ["area layer-0", "area layer-1"])
    // The second layer spans epochs 0 to 2 alone: x from 0 to 40, y from 1 to 4 of 5.
    #expect(areas[1].attributes.last?.value == "M0 20L40 20L40 80L0 80Z")
  }

  @Test func nothingHasNoStack() {
    #expect(StackedSteps([]).levels.isEmpty)
    #expect(StackedSteps([]).top == 0)
  }
}

@Suite struct SVGElementTests {
  @Test func textAndValuesAreEscaped() throws {
    let hostile = "<script>\"a\" & b\u{1b}[2J</script>"
    let xml = SVGElement.text(hostile, at: Point(1, 2), size: 10).with("data-name", hostile).xml
    let node = try SVGNode.read(xml)
    let expected = hostile.replacing("\u{1b}", with: "\u{FFFD}")
    #expect(node.text == expected)
    #expect(node.attributes["data-name"] == expected)
    #expect(node.children.isEmpty)
  }

  @Test(arguments: [
    (0.0, "0"), (1, "1"), (1.5, "1.5"), (1.256, "1.26"), (-0.001, "0"), (1e12, "1000000000000"), (.nan, "0"),
    (.infinity, "0"), (100, "100"), (10.10, "10.1"),
  ])
  func numbersAreShort(_ value: Double, _ text: String) {
    #expect(svgNumber(value) == text)
  }

  @Test func wordsAreCutToAWidth() {
    #expect(fitted("short", size: 10, width: 100) == "short")
    let cut = fitted(String(repeating: "w", count: 100), size: 10, width: 100)
    #expect(cut.hasSuffix("…"))
    #expect(textWidth(cut, size: 10) <= 100)
    let narrow = String(repeating: "i", count: 100)
    #expect(fitted(narrow, size: 10, width: 101) == String(repeating: "i", count: 25) + "…")
    #expect(fittedEnd(narrow, size: 10, width: 101) == "…" + String(repeating: "i", count: 25))
  }

  @Test("a name of any length is cut at once", .timeLimit(.minutes(1)))
  func longNames() {
    let long = String(repeating: "n", count: 4_000_000)
    #expect(fitted(long, size: 10, width: 100).count < 30)
    #expect(fittedEnd(long, size: 10, width: 100).count < 30)
  }
}
