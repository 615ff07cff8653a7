import Augmentation
import Foundation
import Policies
import PopulationBasedTraining
import RunStore
import Search
import TestSupport
import Testing
import Threads

/// Trains nothing: a policy is as good as it rotates often.
struct RotationExecutor: SegmentExecutor {
  func run(_ segment: SegmentRequest, stop: StopFlag) throws -> SegmentOutcome {
    if stop.isRequested { throw WorkStopped() }
    let parent = try segment.parentCheckpoint.map { try String(contentsOfFile: $0, encoding: .utf8) } ?? ""
    try (parent + "trained \(segment.epochs)\n").write(
      toFile: segment.checkpoint, atomically: false, encoding: .utf8)
    let rotations = segment.policy.entries.filter { $0.operation == .rotate }
    let score = Double(rotations.reduce(0) { $0 + $1.probability }) / 20
    return .trained(SegmentMetrics(score: score, seconds: 0))
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
  @Test func messages() throws {
    let request = SegmentRequest(
      key: SegmentKey(SegmentPlace(generation: 0, trial: 3)), seed: 1, epochs: 0..<2, isLast: false,
      policy: Policy(entries: []), parentCheckpoint: nil, checkpoint: "weights.partial", slot: 0)
    let line = try request.line()
    let same = try SegmentRequest(line: line)
    #expect(same == request)
    #expect(!line.contains("\n"))
  }

  @Test func objectives() {
    let objective = Objective(name: "validation loss", direction: .minimize)
    #expect(objective.direction.prefers(0.1, to: 0.2))
    #expect(objective.range.contains(-3))
  }

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
