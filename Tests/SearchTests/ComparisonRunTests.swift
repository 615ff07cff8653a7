import Comparison
import Datasets
import Files
import Foundation
import Policies
import RunStore
import Search
import TestSupport
import Testing
import Threads
import Training

/// Real trainings of a small network on small images of noise.
struct SmallComparison {
  var configuration: ComparisonConfiguration
  let data: DatasetSplits

  init(_ change: (inout ComparisonConfiguration) -> Void = { _ in }) throws {
    let selection = DataSelection("noise:8x8x3", trainSize: 48, validationSize: 20)
    data = try loadDataset(selection)
    configuration = ComparisonConfiguration(
      data: selection, imageDigest: data.digest(), policies: ["none", "rcifar10@last", "rcifar10@shuffled"],
      seeds: 2,
      recipe: Recipe(model: "wrn_10_1", epochs: 3, batchSize: 16, learningRate: 0.05, cutout: 2, seed: 7),
      concurrency: 2)
    change(&configuration)
  }

  func choices(_ seed: UInt64) throws -> [PolicyChoice] {
    try configuration.policies.map {
      try PolicyChoice(PlayedPolicy(parsing: $0).policy, dataset: "noise", seed: seed)
    }
  }

  /// Opens the comparison in the folder and hands it to the body.
  func open<Result>(
    _ path: String, stop: StopFlag = StopFlag(),
    onEvent: @escaping @Sendable (ComparisonRun.Event) -> Void = { _ in },
    _ body: (ComparisonRun) throws -> Result
  ) throws -> Result {
    let run = try RunDirectory.open(
      path, configuration: configuration, version: "test",
      resume: FileManager.default.fileExists(atPath: path))
    return try body(
      ComparisonRun(
        run: run, configuration: configuration, data: data, version: "test", stop: stop, onEvent: onEvent))
  }

  @discardableResult
  func run(
    _ path: String, stop: StopFlag = StopFlag(),
    onEvent: @escaping @Sendable (ComparisonRun.Event) -> Void = { _ in }
  ) throws -> ComparisonSummary {
    try open(path, stop: stop, onEvent: onEvent) { try $0(choices: choices) }
  }
}

@Suite("A comparison in a folder") struct ComparisonRunTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder(inMemory: true) }

  private func files(_ path: String) throws -> [Data] {
    try ["summary.json", "summary.csv"].map {
      try Data(contentsOf: URL(fileURLWithPath: path + "/" + $0))
    }
  }

  @Test("added policies and seeds leave what was recorded as it was; nothing else is an addition")
  func additions() throws {
    var recorded = try SmallComparison().configuration
    recorded.scheduleDigests = ["", "a", "b"]
    var wider = recorded
    wider.policies.append("cutout")
    wider.scheduleDigests = recorded.scheduleDigests + [""]
    wider.seeds += 1
    #expect(wider.beforeAdditions(to: recorded) == recorded)
    #expect(recorded.beforeAdditions(to: recorded) == nil)
    wider.policies.removeFirst()
    #expect(wider.beforeAdditions(to: recorded) == nil)
    wider = recorded
    wider.seeds -= 1
    #expect(wider.beforeAdditions(to: recorded) == nil)
  }

  @Test("every policy is trained with every seed, and the summary is theirs")
  func whole() throws {
    let comparison = try SmallComparison()
    let ended = Collected<String>()
    let summary = try comparison.run(folder("a")) { event in
      if case .ended(let policy, let seed, .trained) = event { ended.add("\(policy) \(seed)") }
    }
    #expect(
      Set(ended.all)
        == Set(comparison.configuration.policies.flatMap { policy in [7, 8].map { "\(policy) \($0)" } }))
    #expect(ended.all.count == 6)
    #expect(summary.split == .test && summary.images == 200)
    #expect(summary.rows.map(\.policy) == comparison.configuration.policies)
    for (index, row) in summary.rows.enumerated() {
      #expect(row.entries.map(\.seed) == [7, 8])
      for entry in row.entries {
        let run = try RunDirectory.read(folder("a") + "/trainings/policy-\(index + 1)-seed-\(entry.seed)")
        let epochs = try TrainingJournal(run).epochs()
        #expect(entry.accuracy == epochs.last?.testAccuracy)
        // Test images are looked at once, after the last epoch.
        #expect(epochs.map { $0.testAccuracy != nil } == [false, false, true])
      }
    }
    #expect(try RunDirectory.read(folder("a")).isFinished)
    #expect(
      try JSONDecoder().decode(ComparisonSummary.self, from: files(folder("a"))[0]) == summary)
  }

  @Test("stopped and continued it comes to the same, byte for byte", arguments: [1, 150, 400, 900])
  func continued(images: Int) throws {
    let comparison = try SmallComparison()
    try comparison.run(folder("undisturbed"))
    var alone = comparison
    alone.configuration.concurrency = 1
    let path = folder("disturbed")
    var stops = 0
    while true {
      let (stop, seen) = (StopFlag(), Counter())
      do {
        // Each time with another number of trainings at once.
        try (stops.isMultiple(of: 2) ? comparison : alone).run(path, stop: stop) { event in
          if case .images(let count) = event, seen.add(count) >= images { stop.request() }
        }
        break
      } catch is WorkStopped {
        stops += 1
        // One image at a time nothing is ever finished.
        if images == 1 && stops == 2 {
          try comparison.run(path)
          break
        }
      }
    }
    #expect(stops >= 1)
    #expect(try files(path) == files(folder("undisturbed")))
  }

  @Test("a finished one gives its summary again and trains nothing")
  func again() throws {
    let comparison = try SmallComparison()
    let first = try comparison.run(folder("a"))
    let images = Counter()
    let second = try comparison.run(folder("a")) { event in
      if case .images(let count) = event { images.add(count) }
    }
    #expect(second == first)
    #expect(images.value == 0)
  }

  @Test("other settings are refused, but for those without effect")
  func otherSettings() throws {
    let comparison = try SmallComparison { $0.recipe.epochs = 1 }
    try comparison.run(folder("a"))
    for (change, words): ((inout ComparisonConfiguration) -> Void, String) in [
      ({ $0.seeds = 3 }, "seeds: found 3, expected 2"),
      (
        { $0.policies = ["none", "rsvhn"] },
        "policies: found [none, rsvhn], expected [none, rcifar10@last, rcifar10@shuffled]"
      ),
      ({ $0.recipe.epochs = 2 }, "epochs: found 2, expected 1"),
      ({ $0.scheduleDigests = ["", "b", "c"] }, "scheduleDigests: found [, b, c], expected []"),
    ] {
      var other = comparison
      change(&other.configuration)
      #expect {
        try other.run(folder("a"))
      } throws: {
        "\($0)".contains(words)
      }
    }
    var same = comparison
    same.configuration.concurrency = 5
    same.configuration.data.dataDirectory = "elsewhere"
    _ = try same.run(folder("a"))
  }

  @Test("a training that diverges is reported, and the others go on")
  func divergence() throws {
    let comparison = try SmallComparison {
      $0.recipe.learningRate = 1e37
      $0.policies = ["none", "rcifar10@last"]
    }
    let failed = Collected<String>()
    let summary = try comparison.run(folder("a")) { event in
      if case .ended(_, _, .diverged(let reason)) = event { failed.add(reason) }
    }
    #expect(failed.all.count == 4)
    #expect(failed.all.allSatisfy { $0.contains("the loss") && $0.contains("learning rate") })
    #expect(summary.rows.allSatisfy { $0.accuracy == nil && $0.difference == nil })
    #expect(summary.rows.flatMap(\.entries).allSatisfy { $0.failure != nil && $0.accuracy == nil })
    #expect(try comparison.run(folder("a")) == summary)
  }

  @Test("a schedule from a file is kept, so that the file is not needed again")
  func keptSchedule() throws {
    let file = folder("learnt.json")
    try AtomicFile.write(Schedule.named("rsvhn").jsonData(), to: file)
    let comparison = try SmallComparison {
      $0.recipe.epochs = 1
      $0.policies = ["none", file]
    }
    try comparison.run(folder("a"))
    let kept = ComparisonFolder(folder("a")).keptSchedule(ofPolicy: 1)
    #expect(try Schedule(contentsOf: kept) == Schedule.named("rsvhn"))
    #expect(!FileManager.default.fileExists(atPath: ComparisonFolder(folder("a")).keptSchedule(ofPolicy: 0)))
  }

  @Test("what is left to do is known at every moment")
  func remaining() throws {
    let comparison = try SmallComparison { $0.concurrency = 1 }
    let whole = try comparison.open(folder("a")) { try $0.remainingImages() }
    let workload = Workload(comparison.configuration, data: comparison.data)
    #expect(whole == workload.trainedImages + workload.evaluatedImages)
    #expect(whole == 6 * (3 * 48 + 20 + 200))
    let (stop, seen) = (StopFlag(), Counter())
    #expect(throws: WorkStopped.self) {
      // The first training is done, and one epoch of the second.
      try comparison.run(folder("a"), stop: stop) { event in
        if case .images(let count) = event, seen.add(count) >= 364 + 48 + 16 { stop.request() }
      }
    }
    let left = try comparison.open(folder("a")) { try $0.remainingImages() }
    #expect(left == whole - 364 - 48)
  }

  @Test(
    "settings without meaning are refused",
    arguments: [
      ("policies: found none alone, expected two or more", { @Sendable in $0.policies = ["none"] }),
      ("policies: found none twice", { @Sendable in $0.policies = ["none", "rsvhn", "none"] }),
      ("seeds: found 0", { @Sendable in $0.seeds = 0 }),
      ("seeds: found 10001", { @Sendable in $0.seeds = 10001 }),
      ("concurrency: found 0", { @Sendable in $0.concurrency = 0 }),
      ("seed: found 18446744073709551615", { @Sendable in $0.recipe.seed = .max }),
      ("epochs: found 0", { @Sendable in $0.recipe.epochs = 0 }),
    ] as [(String, @Sendable (inout ComparisonConfiguration) -> Void)])
  func validation(words: String, change: @Sendable (inout ComparisonConfiguration) -> Void) throws {
    let comparison = try SmallComparison(change)
    #expect {
      try comparison.configuration.validate()
    } throws: {
      "\($0)".hasPrefix(words)
    }
  }
}
