import Files
import Datasets
import Foundation
import Policies
import RunStore
import Torch

/// What a training run tells while it goes on.
public enum TrainingEvent: Sendable {
  /// The run continues after so many epochs that an earlier process trained.
  case resumed(epochs: Int)
  /// A step or a batch of an evaluation is done.
  case images(Int)
  /// An epoch is done and recorded.
  case epoch(EpochRecord)
}

/// What a finished training came to.
public struct TrainingResult: Codable, Hashable, Sendable {
  public var epochs: Int
  public var trainLoss: Double
  public var trainAccuracy: Double
  /// On the validation images, nil where there are none.
  public var validationAccuracy: Double?
  /// On the test images, nil where there are none.
  public var testAccuracy: Double?
  /// The file of the final weights.
  public var checkpoint: String
}

/// A training in a run directory: every epoch ends with a durable checkpoint, from which it goes on bit for bit.
public struct TrainingRun {
  private let run: RunDirectory
  private let configuration: TrainingConfiguration
  private let policy: PolicyChoice
  private let data: DatasetSplits
  private let slot: Int
  private let onEvent: (TrainingEvent) throws -> Void

  /// A training on a run directory that was opened with the same configuration.
  ///
  /// - Parameters:
  ///   - slot: which of the trainings that go on at once it is, from 0; recorded for people, without effect.
  ///   - onEvent: told what happens; what it throws ends the training, to be resumed later.
  public init(
    run: RunDirectory, configuration: TrainingConfiguration, policy: PolicyChoice, data: DatasetSplits,
    slot: Int = 0, onEvent: @escaping (TrainingEvent) throws -> Void = { _ in }
  ) {
    self.run = run
    self.configuration = configuration
    self.policy = policy
    self.data = data
    self.slot = slot
    self.onEvent = onEvent
  }

  /// Trains from wherever the run stands to its end; a finished run gives its result again.
  ///
  /// Validation and test accuracy are measured once, after the last epoch.
  public func callAsFunction() throws -> TrainingResult {
    guard let device = Device(configuration.device) else {
      throw TrainingError.setting("device: found '\(configuration.device)', expected cpu or cuda:N")
    }
    let journal = TrainingJournal(run)
    let epochs = configuration.recipe.epochs
    if try run.isFinished, let result = try result(journal) { return result }
    let trainer = try Trainer(recipe: configuration.recipe, data: data, device: device)
    let point = try journal.resumePoint()
    if let point {
      let path = run.checkpoints.path(of: point.checkpoint.file)
      try trainer.restore(Data(readBytes(path, limit: .max)), name: path)
      try onEvent(.resumed(epochs: point.epochs))
    }
    if let schedule = policy.schedule { try AtomicFile.write(schedule.jsonData(), to: run.schedulePath) }
    while trainer.epoch < epochs {
      var watch = WorkWatch(slot: slot)
      var record = try trainEpoch(trainer, &watch)
      let file = TrainingJournal.checkpointName(epochs: trainer.epoch)
      watch.begin(.checkpoint)
      try AtomicFile.writeTemporary(trainer.checkpoint(), to: run.checkpoints.temporaryPath(for: file))
      record.times = watch.stop()
      try journal.record([record], checkpoint: file, epochsTrained: trainer.epoch)
      try onEvent(.epoch(record))
    }
    try run.finish()
    guard let result = try result(journal) else {
      throw TrainingError.setting("epochs: found \(epochs), expected 1 or more")
    }
    return result
  }

  /// What the journal holds of the last epoch; nil before the end.
  private func result(_ journal: TrainingJournal) throws -> TrainingResult? {
    let epochs = configuration.recipe.epochs
    guard let last = try journal.epochs().last, last.epoch + 1 == epochs else { return nil }
    return TrainingResult(
      epochs: epochs, trainLoss: last.trainLoss, trainAccuracy: last.trainAccuracy,
      validationAccuracy: last.validationAccuracy, testAccuracy: last.testAccuracy,
      checkpoint: run.checkpoints.path(of: TrainingJournal.checkpointName(epochs: epochs)))
  }

  private func trainEpoch(_ trainer: Trainer, _ watch: inout WorkWatch) throws -> EpochRecord {
    let start = ContinuousClock.now
    let epoch = trainer.epoch
    let (width, height) = (data.train.images.width, data.train.images.height)
    let program = try policy.program(
      epoch: epoch, totalEpochs: configuration.recipe.epochs, order: configuration.policyOrder,
      width: width, height: height, scale: configuration.recipe.pixelScale(width: width, height: height))
    watch.begin(.training)
    let metrics = try trainer.trainEpoch(program) { try onEvent(.images($0)) }
    watch.begin(.evaluation)
    let isLast = trainer.epoch == configuration.recipe.epochs
    let accuracies = try [data.validation, data.test].map { split in
      isLast && split.count > 0 ? try trainer.evaluate(split) { try onEvent(.images($0)) }.accuracy : nil
    }
    return EpochRecord(
      epoch: epoch, trainLoss: metrics.loss, trainAccuracy: metrics.accuracy,
      validationAccuracy: accuracies[0],
      testAccuracy: accuracies[1], learningRate: metrics.learningRate,
      seconds: (ContinuousClock.now - start) / .seconds(1))
  }
}
