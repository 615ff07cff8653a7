import Augmentation
import Datasets
import Files
import Foundation
import Policies
import RunStore
import TestSupport
import Testing
import Training

@Suite struct TrainingRunTests {
  private struct Interruption: Error {}

  /// What a training leaves behind, apart from the time it took.
  private struct Outcome: Equatable {
    var result: TrainingResult
    var checkpoint: Data
    var epochs: [EpochRecord]
    var metrics: [EpochRecord]
    var files: [String]
  }

  private let data = toyData()
  private let schedules: TemporaryFolder
  private let schedule: Schedule
  private let configuration: TrainingConfiguration

  init() throws {
    schedules = try TemporaryFolder()
    // A policy of its own for the first epoch, for the next two, and for the last.
    schedule = try Schedule(
      name: "toy",
      segments: [1, 2, 1].enumerated().map { index, epochs in
        var random = RandomStream(seed: UInt64(index), domain: .policyDraw)
        return Schedule.Segment(epochs: epochs, policy: SearchSpace.pba.random(using: &random))
      })
    let file = schedules("toy.json")
    try AtomicFile.write(schedule.jsonData(), to: file)
    configuration = TrainingConfiguration(data: DataSelection("toy"), policy: file, recipe: toyRecipe())
  }

  /// Trains in the folder from where it stands; `onEvent` gets each event and its number.
  private func train(
    _ folder: TemporaryFolder, resume: Bool,
    onEvent: @escaping (TrainingEvent, Int) throws -> Void = { _, _ in }
  ) throws -> TrainingResult {
    let run = try RunDirectory.open(
      folder.run, configuration: configuration, version: "test", resume: resume)
    let policy = try PolicyChoice(configuration.policy, dataset: "cifar10", seed: configuration.recipe.seed)
    var count = 0
    return try TrainingRun(run: run, configuration: configuration, policy: policy, data: data) { event in
      count += 1
      try onEvent(event, count)
    }()
  }

  private func outcome(_ result: TrainingResult, in folder: TemporaryFolder) throws -> Outcome {
    let run = try RunDirectory.read(folder.run)
    var result = result
    let path = try #require(result.checkpoint)
    let checkpoint = try Data(contentsOf: URL(fileURLWithPath: path))
    result.checkpoint = (path as NSString).lastPathComponent
    let lines = try String(contentsOfFile: run.metrics.path, encoding: .utf8).split(separator: "\n")
    return Outcome(
      result: result, checkpoint: checkpoint, epochs: try TrainingJournal(run).epochs().map(\.timeless),
      metrics: try lines.map { try JSONDecoder().decode(EpochRecord.self, from: Data($0.utf8)).timeless },
      files: try FileManager.default.contentsOfDirectory(atPath: run.checkpoints.path).sorted())
  }

  private func undisturbed() throws -> Outcome {
    let folder = try TemporaryFolder()
    return try outcome(train(folder, resume: false), in: folder)
  }

  @Test func leavesEveryEpochAndTheLastCheckpoints() throws {
    let folder = try TemporaryFolder()
    var events: [Int] = []
    let result = try train(folder, resume: false) { event, _ in
      if case .epoch(let record) = event { events.append(record.epoch) }
    }
    let left = try outcome(result, in: folder)
    #expect(events == [0, 1, 2, 3])
    #expect(left.epochs.map(\.epoch) == [0, 1, 2, 3])
    #expect(left.metrics == left.epochs)
    #expect(left.files == ["epoch-00003.safetensors", "epoch-00004.safetensors"])
    // Validation and test images are looked at once, at the end.
    #expect(left.epochs.map { $0.testAccuracy == nil } == [true, true, true, false])
    #expect(left.result.testAccuracy == left.epochs[3].testAccuracy && left.result.testAccuracy != nil)
    #expect(left.result.validationAccuracy == left.epochs[3].validationAccuracy)
    #expect(try RunDirectory.read(folder.run).isFinished)
    #expect(
      try Schedule(contentsOf: RunDirectory.read(folder.run).schedulePath) == schedule)
    let info = try Trainer.checkpointInfo(left.checkpoint, name: "checkpoint")
    #expect(info.epoch == 4 && info.recipe == configuration.recipe)
  }

  @Test func thePolicyIsAppliedAsItsOrderSays() throws {
    let orders = try [PolicyOrder.schedule, .last].map { order in
      var configuration = configuration
      configuration.policyOrder = order
      let folder = try TemporaryFolder()
      let run = try RunDirectory.open(
        folder.run, configuration: configuration, version: "test", resume: false)
      let policy = try PolicyChoice(configuration.policy, dataset: "cifar10", seed: 0)
      let result = try TrainingRun(run: run, configuration: configuration, policy: policy, data: data)()
      // The same by hand: each epoch under its own program.
      let trainer = try Trainer(recipe: configuration.recipe, data: data)
      for epoch in 0..<4 {
        _ = try trainer.trainEpoch(
          policy.program(
            epoch: epoch, totalEpochs: 4, order: order, width: data.train.images.width,
            height: data.train.images.height))
      }
      let file = try Data(contentsOf: URL(fileURLWithPath: #require(result.checkpoint)))
      #expect(try file == trainer.checkpoint())
      return file
    }
    #expect(orders[0] != orders[1])
  }

  /// Four steps and an end make the five events of an epoch; the last has an evaluation of either split before its end.
  @Test(arguments: [
    (1, nil), (4, nil), (5, 1), (6, 1), (9, 1), (10, 2), (14, 2), (15, 3), (16, 3), (20, 3), (21, 3), (22, 4),
  ])
  func anInterruptedTrainingEndsTheSame(event: Int, epochs: Int?) throws {
    let expected = try undisturbed()
    let folder = try TemporaryFolder()
    #expect(throws: Interruption.self) {
      try train(folder, resume: false) { _, number in if number == event { throw Interruption() } }
    }
    var resumedAfter: Int?
    let result = try train(folder, resume: true) { happened, _ in
      if case .resumed(let epochs) = happened { resumedAfter = epochs }
    }
    #expect(resumedAfter == epochs)
    #expect(try outcome(result, in: folder) == expected)
  }

  @Test func aTrainingInterruptedAgainAndAgainEndsTheSame() throws {
    let folder = try TemporaryFolder()
    var interruptions = 0
    var result: TrainingResult?
    while result == nil {
      do {
        result = try train(folder, resume: interruptions > 0) { _, number in
          if number == 8 { throw Interruption() }
        }
      } catch is Interruption {
        interruptions += 1
        try #require(interruptions < 10)
      }
    }
    #expect(interruptions == 4)
    #expect(try outcome(#require(result), in: folder) == undisturbed())
  }

  @Test func aFinishedTrainingGivesItsResultAgain() throws {
    let folder = try TemporaryFolder()
    let first = try train(folder, resume: false)
    let before = try outcome(first, in: folder)
    var trained = 0
    let again = try train(folder, resume: true) { event, _ in
      if case .resumed = event { return }
      trained += 1
    }
    #expect(trained == 0)
    #expect(again == first)
    #expect(try outcome(again, in: folder) == before)
  }

  /// Of a training stopped after its third epoch, the newest of the checkpoints are damaged.
  @Test(arguments: [(1, 2), (2, nil)]) func aDamagedCheckpointFallsBack(damaged: Int, epochs: Int?) throws {
    let folder = try TemporaryFolder()
    #expect(throws: Interruption.self) {
      try train(folder, resume: false) { event, _ in
        if case .epoch(let record) = event, record.epoch == 2 { throw Interruption() }
      }
    }
    for number in (4 - damaged)...3 {
      let url = URL(
        fileURLWithPath: folder.run + "/checkpoints/" + TrainingJournal.checkpointName(epochs: number))
      let file = try Data(contentsOf: url)
      try file.flippingBit(file.count * 4).write(to: url)
    }
    var resumedAfter: Int?
    let result = try train(folder, resume: true) { event, _ in
      if case .resumed(let epochs) = event { resumedAfter = epochs }
    }
    #expect(resumedAfter == epochs)
    #expect(try outcome(result, in: folder) == undisturbed())
  }

  @Test func aDivergedTrainingSaysWhereAndLeavesWhatItHad() throws {
    let folder = try TemporaryFolder()
    var configuration = configuration
    configuration.recipe.learningRate = 1e38
    let run = try RunDirectory.open(folder.run, configuration: configuration, version: "test", resume: false)
    let policy = try PolicyChoice("none", dataset: "cifar10", seed: 0)
    let error = #expect(throws: TrainingError.self) {
      try TrainingRun(run: run, configuration: configuration, policy: policy, data: data)()
    }
    #expect(error?.description.contains("epoch 1, step 2") == true)
    #expect(try TrainingJournal(run).epochs().isEmpty)
    #expect(try !run.isFinished)
  }

  @Test func anUnknownDeviceIsRefused() throws {
    let text = String(decoding: try JSONEncoder().encode(configuration), as: UTF8.self)
    let other = text.replacing(#""device":"cpu""#, with: #""device":"gpu""#)
    #expect(try JSONDecoder().decode(TrainingConfiguration.self, from: Data(text.utf8)) == configuration)
    #expect(throws: DecodingError.self) {
      try JSONDecoder().decode(TrainingConfiguration.self, from: Data(other.utf8))
    }
  }
}
