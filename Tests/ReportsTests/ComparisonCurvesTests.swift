import Reports
import RunStore
import Testing

@Suite struct ComparisonCurvesTests {
  private func progress(policies: [String], seeds: UInt64, epochs count: Int) -> ComparisonProgress {
    ComparisonProgress(
      policies.flatMap { policy in
        (0..<seeds).map { .init(policy: policy, seed: $0, epochs: epochs(count), isFinished: true) }
      })
  }

  private func figure(
    _ progress: ComparisonProgress, length: Int, _ measure: ComparisonCurves.Measure
  ) throws -> (Figure, SVGNode) {
    let figure = try #require(ComparisonCurves(progress, length: length, measure).figure())
    try expectInside(figure.drawing)
    return (figure, try SVGNode.read(figure.drawing.svg()))
  }

  @Test func eachPolicyHasAPanelWithItsSeedsTheirMeanAndTheFirstPolicy() throws {
    let (figure, root) = try figure(
      progress(policies: ["none", "a", "b"], seeds: 3, epochs: 4), length: 4, .trainAccuracy)
    let panels = root.elements("g", class: "trainings")
    #expect(panels.count == 3)
    #expect(panels[0].elements("path", class: "dashed").isEmpty)
    for panel in panels.dropFirst() {
      #expect(panel.elements("path", class: "dashed").map(\.classes) == [["curve", "second", "dashed"]])
      #expect(panel.elements("path", class: "thick").first?.classes.contains("accent") == true)
      #expect(panel.elements("path", class: "thin").count == 1)
      // What each seed has reached on the test images.
      #expect(panel.elements("circle").count == 3)
    }
    #expect(figure.table.heads.count == 1 + 9)
    #expect(figure.table.heads[4] == "a, seed 0")
    #expect(figure.table.rows.map(\.count) == Array(repeating: 10, count: 4))
    #expect(figure.table.rows[0] == ["1"] + Array(repeating: "50.00 %", count: 9))
    #expect(figure.drawing.description.contains("a: 87.50 % after epoch 4."))
  }

  /// The first seed has come further than the second.
  @Test func trainingsThatAreNotAtTheirEndAreDrawnAsFarAsTheyAre() throws {
    let some = ComparisonProgress([
      .init(policy: "none", seed: 0, epochs: epochs(3), isFinished: false),
      .init(policy: "none", seed: 1, epochs: epochs(1), isFinished: false),
      .init(policy: "a", seed: 0, epochs: [], isFinished: false),
      .init(policy: "b", seed: 0, epochs: epochs(1), isFinished: false),
    ])
    let (figure, root) = try figure(some, length: 10, .trainLoss)
    let panels = root.elements("g", class: "trainings")
    #expect(panels[0].elements("path", class: "thick").first?.corners.count == 3)
    #expect(panels[1].elements("path", class: "thick").isEmpty)
    #expect(panels[2].elements("circle").count == 1)
    #expect(figure.table.rows.map { $0[2] } == ["2.0000", "–", "–"])
    #expect(figure.drawing.description.contains("a: not begun."))
    #expect(!figure.drawing.svg().contains("nan"))
    #expect(ComparisonCurves(ComparisonProgress([]), length: 3, .trainLoss).figure() == nil)
  }

  @Test func aLargeComparisonStaysOfBoundedSize() throws {
    let names = (0..<12).map { "policy \($0)" }
    let (figure, root) = try figure(
      progress(policies: names, seeds: 5, epochs: 2000), length: 2000, .trainLoss)
    #expect(figure.drawing.svg().utf8.count < 800_000)
    #expect(figure.table.heads.count == 13 && figure.table.heads[1] == "policy 0, mean")
    #expect(figure.table.rows.count == 100)
    #expect(figure.table.rows.last?.first == "2000")
    let corners = try #require(root.elements("path", class: "thick").last?.corners)
    #expect(corners.count == 240)
  }
}
