import Reports
import RunStore
import Testing

@Suite struct TrainingCurveTests {
  @Test func eachNumberIsInItsPlace() throws {
    let figure = try #require(TrainingCurves(epochs(4), length: 4).figure())
    try expectInside(figure.drawing)
    let courses = try SVGNode.read(figure.drawing.svg()).elements("g", class: "course")
    #expect(courses.count == 3)
    let loss = try #require(courses[0].elements("path").first)
    #expect(loss.corners.count == 4)
    // 2 of 2 after the first of four epochs.
    #expect(abs(loss.corners[0].x - (56 + 296 / 4)) < 0.01)
    #expect(abs(loss.corners[0].y - 44) < 0.01)
    #expect(figure.table.rows.count == 4)
    #expect(figure.table.rows[3][4] == "75.00 %")
  }

  @Test func eachValidationStandsAtItsEpoch() throws {
    var records = epochs(4)
    for (epoch, accuracy) in [(0, 0.4), (2, 0.8)] {
      let record = records[epoch]
      records[epoch] = EpochRecord(
        epoch: epoch, trainLoss: record.trainLoss, trainAccuracy: record.trainAccuracy,
        validationAccuracy: accuracy, validationLoss: 1.5, learningRate: record.learningRate, seconds: 5)
    }
    let figure = try #require(TrainingCurves(records, length: 4).figure())
    try expectInside(figure.drawing)
    let root = try SVGNode.read(figure.drawing.svg())
    let line = try #require(root.elements("path", class: "curve thin dim").first)
    // After the epochs 1, 3 and 4 of 4.
    #expect(line.corners.map { (($0.x - 56 - 374) / 296 * 4).rounded() } == [1, 3, 4])
    #expect(figure.caption.contains("after the epochs at which they stand"))
    #expect(figure.table.heads.last == "validation loss")
    #expect(figure.table.rows.map(\.last) == ["1.5000", "–", "1.5000", "–"])
    #expect(figure.table.rows.map { $0[3] } == ["40.00 %", "–", "80.00 %", "70.00 %"])
  }

  @Test func oneEpochIsADotAndNoneIsNothing() throws {
    let figure = try #require(TrainingCurves(epochs(1), length: 9).figure())
    try expectInside(figure.drawing)
    #expect(TrainingCurves([], length: 9).figure() == nil)
  }
}

@Suite struct TimelineTests {
  private func stretches(_ records: [EpochRecord]) -> [Timeline.Stretch] {
    records.map { Timeline.Stretch(group: "\($0.epoch + 1)", seconds: $0.seconds, times: $0.times) }
  }

  @Test func barsHaveTheLengthOfTheirTimes() throws {
    let figure = try #require(Timeline(stretches(epochs(4)), by: "epoch").figure())
    try expectInside(figure.drawing)
    let marks = try #require(
      try SVGNode.read(figure.drawing.svg()).elements("g", class: "timeline").first)
    let training = try #require(marks.elements("path", class: "accent").first)
    // Four epochs of 5 s, 3 of them training: 20 s over 1020 pixels.
    #expect(training.corners.count == 16)
    #expect(abs(training.corners[1].x - training.corners[0].x - 3 * 51) < 0.05)
    #expect(figure.table.rows.map { Array($0[2...]) }.first == ["1", "3.0", "1.0", "1.0"])
  }

  @Test func longPausesAreCutOut() throws {
    var records = epochs(4)
    let night = 40_000.0
    records[3].times = WorkTimes(
      started: 1e9 + 15 + night, slot: 0, preparation: 0, training: 3, evaluation: 1, checkpoint: 1)
    let figure = try #require(Timeline(stretches(records), by: "epoch").figure())
    try expectInside(figure.drawing)
    #expect(figure.caption.contains("1 gap without finished work"))
    #expect(figure.drawing.description.contains("In 20 s of work"))
  }

  @Test func withoutTimesSecondsAreAddedUp() throws {
    let figure = try #require(Timeline(stretches(epochs(4, times: false)), by: "epoch").figure())
    try expectInside(figure.drawing)
    #expect(figure.table.rows.map(\.last) == ["4.0", "4.0", "4.0", "4.0"])
    #expect(Timeline([], by: "epoch").figure() == nil)
  }

  @Test func manySlotsAndSegmentsFit() throws {
    let large = largePopulation(trials: 100, generations: 20).compactMap { record in
      record.metrics.map {
        Timeline.Stretch(group: "\(record.plan.generation)", seconds: $0.seconds, times: $0.times)
      }
    }
    let figure = try #require(Timeline(large, by: "generation").figure())
    try expectInside(figure.drawing)
    #expect(figure.table.rows.count == 20)
  }
}

@Suite struct ComparisonChartTests {
  private func summary(_ policies: [(String, [Double?])]) -> ComparisonSummary {
    ComparisonSummary(
      split: .test, images: 1000,
      trainings: policies.map { name, accuracies in
        (
          name,
          accuracies.enumerated().map {
            ComparisonSummary.Entry(seed: UInt64($0), accuracy: $1, failure: $1 == nil ? "nan" : nil)
          }
        )
      })
  }

  @Test func meansIntervalsAndSeedsAreDrawn() throws {
    let figure = try #require(
      ComparisonChart(
        summary([("none", [0.79, 0.8, 0.81]), ("rcifar10", [0.8, 0.85, 0.84]), ("other", [nil, nil, nil])])
      ).figure())
    try expectInside(figure.drawing)
    let svg = try SVGNode.read(figure.drawing.svg())
    #expect(svg.elements("circle", class: "dim").count == 6)
    // Two means on the left, one difference on the right.
    #expect(svg.elements("circle").count { $0.number("r") == 4.5 } == 3)
    #expect(figure.table.rows[1][1] == "83.00 % ± 6.57")
    #expect(figure.table.rows[1][3] == "+3.00 ± 4.97 points")
    #expect(figure.table.rows[2] == ["other", "no result", "0 of 3", "no result"])
  }

  @Test func oneSeedHasNoInterval() throws {
    let figure = try #require(ComparisonChart(summary([("a", [0.5]), ("b", [0.5])])).figure())
    try expectInside(figure.drawing)
    // Neither has an interval, and a difference of one pair has none.
    #expect(try SVGNode.read(figure.drawing.svg()).elements("path").isEmpty)
    #expect(ComparisonChart(summary([("a", [nil]), ("b", [nil])])).figure() == nil)
  }
}
