import Augmentation
import Foundation
import Policies
import RunStore
import Search
import TestSupport
import Testing

/// Trains nothing: a policy is as good as it rotates often.
struct RotationExecutor: SegmentExecutor {
  func run(_ segment: SegmentRequest) throws -> SegmentOutcome {
    let parent = try segment.parentCheckpoint.map { try String(contentsOfFile: $0, encoding: .utf8) } ?? ""
    try (parent + "trained \(segment.epochs)\n").write(
      toFile: segment.checkpoint, atomically: false, encoding: .utf8)
    let rotations = segment.policy.entries.filter { $0.operation == .rotate }
    let accuracy = Double(rotations.reduce(0) { $0 + $1.probability }) / 20
    return .trained(
      SegmentMetrics(validationAccuracy: accuracy, trainLoss: 0, trainAccuracy: 0, seconds: 0))
  }
}

/// What the run records: a search with other settings is refused where this one is continued.
struct RotationSettings: RunConfiguration {
  var population = 8
  var interval = 1
  var epochs = 12

  static let kind = RunKind.search
  var settingsWithoutEffect: Set<String> { [] }
}

/// The searches of the documentation.
@Suite struct SearchExampleTests {
  @Test func search() throws {
    let temporary = try TemporaryFolder()
    let folder = temporary("run")
    let settings = RotationSettings()
    let executor = RotationExecutor()
    let rules = SearchRules(
      population: 8, interval: 1, quantile: 0.25, burnIn: 0, asynchronous: false, startOrder: nil, epochs: 12,
      seed: 1)
    let run = try RunDirectory.open(folder, configuration: settings, version: "1.0", resume: false)
    let search = Search(
      run: run, rules: rules, origin: ScheduleOrigin(name: "own", facts: [:]), concurrency: .trials(2),
      executor: executor)
    let schedule = try search().schedule  // of the best trial; also in folder/schedule.json
    #expect(schedule.epochs == 12)
    #expect(schedule.lastPolicy.entries.contains { $0.operation == .rotate && $0.probability > 0 })
    #expect(try Schedule(contentsOf: folder + "/schedule.json") == schedule)
  }
}
