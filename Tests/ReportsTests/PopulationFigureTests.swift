import PopulationBasedTraining
import Reports
import RunStore
import Testing

@Suite struct PopulationFigureTests {
  private func history(_ records: [SegmentRecord], trials: Int = 3, isAsynchronous: Bool = false)
    -> PopulationHistory
  {
    PopulationHistory(records, population: trials, isAsynchronous: isAsynchronous)
  }

  private func subpaths(_ node: SVGNode) -> [String] {
    (node.attributes["d"] ?? "").split(separator: "M").map(String.init)
  }

  @Test func theBestIsThatOfTheNewestWholeGeneration() {
    let whole = history(smallPopulation())
    #expect(whole.best.map(\.plan.trial) == [0, 2, 1])
    let partial = history(Array(smallPopulation().dropLast()))
    #expect(partial.best.map(\.plan.trial) == [0, 2])
    #expect(history(Array(smallPopulation().prefix(2))).best.isEmpty)
  }

  @Test func ofTrialsComparedOneByOneTheBestOfAllNewestResultsCounts() throws {
    let records = [
      segment(0, 0, accuracy: 0.3, arrival: 2), segment(0, 1, accuracy: 0.5, arrival: 1),
      segment(1, 1, parent: (0, 1), accuracy: 0.6, arrival: 3),
      segment(1, 0, parent: (1, 1), accuracy: 0.7, epochs: 4..<6, arrival: 4),
    ]
    let found = history(records, trials: 2, isAsynchronous: true)
    #expect(found.best.map(\.plan.generation) == [0, 1, 1])
    #expect(found.best.map(\.plan.trial) == [1, 1, 0])
    for figure in [PopulationCurves(found, .score).figure(), LineageGraph(found).figure()] {
      try expectInside(#require(figure).drawing)
    }
  }

  /// Two trials; the second copies the first, and explores its rate.
  private func tunedPopulation() -> PopulationHistory {
    history(
      [
        segment(0, 0, accuracy: 0.5, tuned: ["rate": 0.01], figures: ["f1": 0.25]),
        segment(0, 1, accuracy: 0.4, tuned: ["rate": 0.1], figures: ["f1": 0.75]),
        segment(1, 0, parent: (0, 0), accuracy: 0.6, tuned: ["rate": 0.01]),
        segment(1, 1, parent: (0, 0), accuracy: 0.7, tuned: ["rate": 0.012], figures: ["f1": 0.5]),
      ], trials: 2)
  }

  @Test func aTunedHyperparameterHasAStepForEachSegment() throws {
    let range = try #require(TunedRange("rate=1e-4:1:log"))
    let figure = try #require(TunedCurves(tunedPopulation(), range).figure())
    try expectInside(figure.drawing)
    #expect(figure.drawing.description.contains("the best trial's were 0.01, 0.012."))
    #expect(
      figure.table.rows == [["2", "0.01", "0.1"], ["4", "0.01", "0.012"]])
    let marks = try #require(SVGNode.read(figure.drawing.svg()).elements("g", class: "population").first)
    let lines = try #require(marks.elements("path", class: "dim").first)
    #expect(subpaths(lines).count == 2)
    // Two segments of the best line, and the step between them.
    let best = try #require(marks.elements("path", class: "accent").first)
    #expect(best.corners.count == 5)
    // A third of the way from 0.01 to 1 in the logarithm lies 0.01 half way up the range of four powers of ten.
    #expect(abs((best.corners.first?.y ?? 0) - (44 + 220 / 2)) < 0.5)
    #expect(TunedCurves(tunedPopulation(), try #require(TunedRange("other=0:1"))).figure() == nil)
  }

  @Test func whatATrainerReportsIsDrawn() throws {
    let figure = try #require(PopulationCurves(tunedPopulation(), .figure("f1")).figure())
    try expectInside(figure.drawing)
    #expect(figure.table.rows == [["2", "0.25", "0.75"], ["4", "–", "0.5 ←0"]])
    #expect(figure.caption.contains("f1"))
  }

  @Test func everyTrialHasItsLineAndEveryCopyItsMark() throws {
    let figure = try #require(PopulationCurves(history(smallPopulation()), .score).figure())
    let svg = try SVGNode.read(figure.drawing.svg())
    let marks = try #require(svg.elements("g", class: "population").first)
    let lines = try #require(marks.elements("path", class: "dim").first)
    // Six segments have a parent, two of them are of the best line.
    #expect(subpaths(lines).count == 4)
    let dotted = try #require(marks.elements("path", class: "dotted").first)
    #expect(subpaths(dotted).count == 2)
    #expect(marks.elements("circle", class: "second").count == 2)
    let best = try #require(marks.elements("path", class: "accent").first)
    #expect(best.corners.count == 3)
    // The best ends at epoch 6 of 6, at the right of the frame, above all others.
    let end = try #require(best.corners.last)
    #expect(abs(end.x - 842) < 0.01)
    let dots = marks.elements("circle")
    #expect(dots.allSatisfy { $0.number("cy") >= end.y - 0.01 })
    #expect(figure.table.rows[1] == ["4", "55.00", "45.00", "60.00 ←0"])
    #expect(figure.drawing.description.contains("The best is trial 1 with 80.00 %."))
  }

  @Test func aFailedTrialIsACross() throws {
    var records = smallPopulation()
    records[8] = segment(2, 2, parent: (1, 2), accuracy: nil)
    let found = history(records)
    let curves = try #require(PopulationCurves(found, .trainLoss).figure())
    #expect(try SVGNode.read(curves.drawing.svg()).words.contains("failed"))
    #expect(curves.table.rows[2].last == "failed")
    try expectInside(curves.drawing)
  }

  @Test func edgesLeadFromTheCopiedRow() throws {
    let figure = try #require(LineageGraph(history(smallPopulation())).figure())
    let svg = try SVGNode.read(figure.drawing.svg())
    let marks = try #require(svg.elements("g", class: "lineage").first)
    let best = marks.elements("path", class: "accent")
    // Two copies lead to the best: 2 from 0, then 1 from 2.
    #expect(best.map { subpaths($0).count } == [2, 3])
    let rows: [Double] = best[0].corners.map(\.y)
    let expected: [Double] = [72, 112, 112, 92]
    #expect(rows == expected)
    #expect(figure.table.rows.map { $0[1] } == ["trial 0", "trial 2", "trial 1"])
    #expect(figure.table.rows.map { $0[2] } == ["none", "2←0", "1←2"])
  }

  @Test(arguments: [(16, 67), (100, 200), (1, 1), (2, 1)])
  func largeAndSmallPopulationsStayReadable(_ trials: Int, _ generations: Int) throws {
    let found = history(largePopulation(trials: trials, generations: generations), trials: trials)
    for figure in [
      PopulationCurves(found, .score).figure(), PopulationCurves(found, .trainLoss).figure(),
      LineageGraph(found).figure(),
    ] {
      let figure = try #require(figure)
      try expectInside(figure.drawing)
      #expect(figure.drawing.width <= 1500)
      #expect(figure.drawing.height <= 800)
      let boxes = try SVGNode.read(figure.drawing.svg()).elements("text").compactMap(\.box)
      for (index, box) in boxes.enumerated() {
        for other in boxes[(index + 1)...] {
          let apart =
            box.right <= other.x || other.right <= box.x || box.bottom <= other.y || other.bottom <= box.y
          #expect(apart, "\(figure.drawing.title): \(box) and \(other)")
        }
      }
    }
  }

  @Test func figuresThatATrainerDoesNotSayAreShownAsMissing() throws {
    var records = smallPopulation()
    records[0] = scored(records[0], 0.5, trainLoss: nil)
    let losses = try #require(PopulationCurves(history(records), .trainLoss).figure())
    #expect(losses.table.rows[0] == ["2", "–", "1.600", "1.800"])
    try expectInside(losses.drawing)
    let alone = history(records.map { scored($0, 0.5, trainLoss: nil) })
    #expect(PopulationCurves(alone, .trainLoss).figure() == nil)
    #expect(PopulationCurves(alone, .score).figure() != nil)
  }

  @Test func ofLossesTheLowestIsTheBest() throws {
    let records = smallPopulation().map { record in
      scored(record, 1500 * (1 - (record.score ?? 0)), trainLoss: nil)
    }
    let objective = Objective(name: "validation loss", direction: .minimize)
    let found = PopulationHistory(records, population: 3, isAsynchronous: false, objective: objective)
    #expect(found.best.map(\.plan.trial) == [0, 2, 1])
    let figure = try #require(PopulationCurves(found, .score).figure())
    try expectInside(figure.drawing)
    #expect(figure.drawing.title == "Validation loss of 3 trials")
    #expect(figure.table.rows[1] == ["4", "675.0000", "825.0000", "600.0000 ←0"])
    #expect(figure.drawing.description.contains("The best is trial 1 with 300.0000."))
    #expect(figure.caption.contains("lower is better"))
    let svg = try SVGNode.read(figure.drawing.svg())
    let marks = try #require(svg.elements("g", class: "population").first)
    // The best ends below all others.
    let end = try #require(marks.elements("path", class: "accent").first?.corners.last)
    #expect(marks.elements("circle").allSatisfy { $0.number("cy") <= end.y + 0.01 })
  }

  /// The same segment with other figures.
  private func scored(_ record: SegmentRecord, _ score: Double, trainLoss: Double?) -> SegmentRecord {
    guard case .done(let checkpoint, _) = record.result else { return record }
    return SegmentRecord(
      plan: record.plan,
      result: .done(checkpoint, SegmentMetrics(score: score, trainLoss: trainLoss, seconds: 1)))
  }

  @Test func beforeTheFirstResultThereIsNoFigure() {
    let empty = history([])
    #expect(PopulationCurves(empty, .score).figure() == nil)
    #expect(LineageGraph(empty).figure() == nil)
  }
}
