import Datasets
import Foundation
import Policies
import RunStore
import TestSupport
import Training

/// A training on toy data in a folder, and what it leaves behind.
struct ToyTraining {
  struct Interruption: Error {}

  /// What a run holds, apart from the time it took.
  struct Outcome: Equatable {
    var result: TrainingResult
    var epochs: [EpochRecord]
    /// The checkpoints by name.
    var checkpoints: [String: Data]
  }

  var configuration: TrainingConfiguration
  var data = toyData()

  init(_ change: (inout TrainingConfiguration) -> Void = { _ in }) {
    configuration = TrainingConfiguration(data: DataSelection("toy"), recipe: toyRecipe())
    change(&configuration)
  }

  /// Trains in the folder from where it stands; `onEvent` gets each event and its number, from 1.
  @discardableResult
  func train(
    _ folder: TemporaryFolder, onEvent: @escaping (TrainingEvent, Int) throws -> Void = { _, _ in }
  ) throws -> TrainingResult {
    let run = try RunDirectory.open(
      folder.run, configuration: configuration, version: "test",
      resume: FileManager.default.fileExists(atPath: folder.run))
    let policy = try PolicyChoice(configuration.policy, dataset: "cifar10", seed: configuration.recipe.seed)
    var count = 0
    return try TrainingRun(run: run, configuration: configuration, policy: policy, data: data) { event in
      count += 1
      try onEvent(event, count)
    }()
  }

  /// Trains until so many events have come.
  func interrupt(_ folder: TemporaryFolder, after events: Int) throws {
    do {
      try train(folder) { _, number in if number == events { throw Interruption() } }
    } catch is Interruption {}
  }

  /// Gives the run in the folder another length.
  mutating func change(_ folder: TemporaryFolder, to epochs: Int) throws {
    let run = try RunDirectory.open(folder.run, configuration: configuration, version: "test", resume: true)
    configuration = try configuration.withLength(epochs, after: TrainingJournal(run).epochs().count)
    try run.record(configuration, unfinished: true)
  }

  func outcome(_ folder: TemporaryFolder) throws -> Outcome {
    var result = try train(folder)
    let run = try RunDirectory.read(folder.run)
    func name(_ path: String?) -> String? { path.map { ($0 as NSString).lastPathComponent } }
    result.checkpoint = name(result.checkpoint)
    if var best = result.best {
      best.checkpoint = name(best.checkpoint)
      result.best = best
    }
    let files = try FileManager.default.contentsOfDirectory(atPath: run.checkpoints.path)
    return Outcome(
      result: result, epochs: try TrainingJournal(run).epochs().map(\.timeless),
      checkpoints: try Dictionary(
        uniqueKeysWithValues: files.map {
          ($0, try Data(contentsOf: URL(fileURLWithPath: run.checkpoints.path(of: $0))))
        }))
  }
}

extension EpochRecord {
  /// The record without what differs from run to run.
  var timeless: EpochRecord {
    EpochRecord(
      epoch: epoch, trainLoss: trainLoss, trainAccuracy: trainAccuracy,
      validationAccuracy: validationAccuracy,
      validationLoss: validationLoss, testAccuracy: testAccuracy, learningRate: learningRate, seconds: 0)
  }
}

/// Damages a checkpoint of a run.
func damageCheckpoint(_ epochs: Int, in folder: TemporaryFolder) throws {
  let url = URL(
    fileURLWithPath: folder.run + "/checkpoints/" + TrainingJournal.checkpointName(epochs: epochs))
  let file = try Data(contentsOf: url)
  try file.flippingBit(file.count * 4).write(to: url)
}
