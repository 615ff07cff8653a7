import Foundation
import Policies
import PopulationBasedTraining
import RunStore
import Search
import TestSupport
import Testing
import Threads
import Workers

/// An executor whose score is what a function makes of a simulated accuracy, and which says nothing else.
private struct ScoringExecutor: SegmentExecutor {
  let score: @Sendable (Double) -> Double

  func run(_ segment: SegmentRequest, stop: StopFlag) throws -> SegmentOutcome {
    // A worker elsewhere would see no more than this.
    let request = try SegmentRequest(line: segment.line())
    let outcome = try SimulatedExecutor(seed: request.seed).run(request, stop: stop)
    guard case .trained(let metrics) = outcome else { return outcome }
    return try SegmentOutcome(
      line: SegmentOutcome.trained(SegmentMetrics(score: score(metrics.score), seconds: 0.5)).line())
  }
}

/// What a search compares its trials by is its own choice.
@Suite struct ObjectiveTests {
  private static let loss = Objective(name: "validation loss", direction: .minimize)

  private func configuration(_ objective: Objective?, asynchronous: Bool) -> SearchConfiguration {
    var configuration = asynchronous ? smallAsynchronousSearch() : smallSearch()
    configuration.objective = objective
    return configuration
  }

  private func plans(in path: String) throws -> [SegmentPlan] {
    try SearchJournal(RunDirectory.read(path)).segmentsByArrival().map(\.plan)
  }

  @Test(arguments: [false, true])
  func aSearchOfLossesIsTheMirrorOfOneOfAccuracies(asynchronous: Bool) throws {
    let folder = try TemporaryFolder(inMemory: true)
    let accuracies = try search(folder("high"), configuration(nil, asynchronous: asynchronous))
    let losses = try search(
      folder("low"), configuration(Self.loss, asynchronous: asynchronous),
      executor: ScoringExecutor { 7 - 9 * $0 })
    #expect(try plans(in: folder("low")) == plans(in: folder("high")))
    #expect(losses.trial == accuracies.trial)
    #expect(losses.score == 7 - 9 * accuracies.score)
    #expect(losses.schedule.segments == accuracies.schedule.segments)
    // What a copy of a better trial is worth is seen only where trials are copied.
    #expect(try plans(in: folder("low")).contains { $0.parent != nil && $0.parent != $0.trial })
  }

  @Test(arguments: [false, true])
  func aStoppedSearchOfLossesContinues(asynchronous: Bool) throws {
    let folder = try TemporaryFolder(inMemory: true)
    let configuration = configuration(Self.loss, asynchronous: asynchronous)
    let executor = ScoringExecutor { 1e6 * (1 - $0) }
    try search(folder("whole"), configuration, executor: executor)
    let stop = StopFlag()
    let finished = Counter()
    #expect(throws: SearchError.self) {
      try search(folder("stopped"), configuration, executor: executor, stop: stop) {
        if case .segmentFinished = $0, finished.next() == 7 { stop.request() }
      }
    }
    try search(folder("stopped"), configuration, executor: executor, resume: true)
    #expect(try results(in: folder("stopped")) == results(in: folder("whole")))
  }

  @Test func whatIsMissingIsLeftOutAndTheScoreHasItsName() throws {
    let folder = try TemporaryFolder(inMemory: true)
    let configuration = configuration(Self.loss, asynchronous: false)
    let result = try search(folder("run"), configuration, executor: ScoringExecutor { 1 - $0 })
    let run = try RunDirectory.read(folder("run"))
    let records = try SearchJournal(run).segments(generations: 0..<4)
    #expect(records.count == 20)
    #expect(records.allSatisfy { $0.metrics?.trainLoss == nil && $0.metrics?.trainAccuracy == nil })
    #expect(try run.settings().objective(of: folder("run")) == Self.loss)
    let lines = try String(contentsOfFile: folder("run/metrics.jsonl"), encoding: .utf8).split(
      separator: "\n")
    #expect(lines.count == 20)
    for line in lines {
      #expect(line.contains("\"score\":") && !line.contains("train") && !line.contains("ccuracy"), "\(line)")
    }
    #expect(result.schedule.provenance["scoreName"] == .string("validation loss"))
    #expect(result.schedule.provenance["score"] == .number(result.score))
    #expect(result.schedule.provenance["direction"] == .string("minimize"))
    #expect(result.schedule.provenance["validationAccuracy"] == nil)
    let standing = SearchStanding(configuration.rules, records: records)
    #expect(standing.figures.best?.score == result.score)
    #expect(standing.objective.text(0.25) == "0.2500")
  }

  @Test func aScoreThatIsNoAccuracyIsRefusedBeforeItIsRecorded() throws {
    let folder = try TemporaryFolder(inMemory: true)
    let error = #expect(throws: SearchError.self) {
      try search(folder("run"), smallSearch(), executor: ScoringExecutor { _ in 3.25 })
    }
    #expect(
      error?.description.contains(
        "score: found 3.25, expected a validation accuracy from 0 to 1, or a search whose objective names another score"
      )
        == true)
    // Nothing was recorded, so the search can be continued with a sound executor.
    try search(folder("run"), smallSearch(), resume: true)
  }

  @Test func theSettingsOfASearchOfAccuraciesSayNothingOfIt() throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    let text = String(decoding: try encoder.encode(smallSearch()), as: UTF8.self)
    #expect(!text.contains("objective") && !text.contains("score") && !text.contains("direction"))
    let decoded = try JSONDecoder().decode(SearchConfiguration.self, from: Data(text.utf8))
    #expect(decoded.rules.objective == .validationAccuracy)
  }

  @Test func anotherObjectiveIsAnotherSearch() throws {
    let folder = try TemporaryFolder(inMemory: true)
    let begun = configuration(Self.loss, asynchronous: false)
    _ = try RunDirectory.open(folder("run"), configuration: begun, version: "test", resume: false)
    var other = begun
    other.objective?.direction = .maximize
    #expect {
      try RunDirectory.open(folder("run"), configuration: other, version: "test", resume: true)
    } throws: {
      "\($0)".contains("direction: found maximize, expected minimize")
    }
    #expect {
      try RunDirectory.open(folder("run"), configuration: smallSearch(), version: "test", resume: true)
    } throws: {
      "\($0)".contains("score: found none, expected validation loss")
    }
  }
}
