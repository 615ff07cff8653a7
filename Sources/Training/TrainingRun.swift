import Datasets
import Files
import Foundation
import Policies
import RunStore
import Torch

/// What a training run reports while it runs.
public enum TrainingEvent: Sendable {
  /// The run continues after so many epochs that an earlier process trained.
  case resumed(epochs: Int)
  /// None of the checkpoints of so many recorded epochs is there and whole: they are trained again.
  case checkpointsLost(epochs: Int)
  /// The training begins with the weights of a checkpoint.
  case begunFrom(String, WarmStart)
  /// Something to know that changes no result.
  case note(String)
  /// A step or a batch of an evaluation is done.
  case images(Int)
  /// An epoch is done and recorded.
  case epoch(EpochRecord)
}

/// A training in a run directory: every epoch ends with a durable checkpoint, from which it continues bit for bit.
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
  ///   - run: the folder of the training.
  ///   - configuration: the settings with which the folder was opened.
  ///   - policy: the policy that the settings name.
  ///   - data: the images.
  ///   - slot: which of the trainings that run at once it is, from 0; recorded for people, without effect.
  ///   - onEvent: called with each event; what it throws ends the training, to be resumed later.
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
  /// Validation accuracy is measured as often as the settings say, test accuracy once, both after the last epoch.
  public func callAsFunction() throws -> TrainingResult {
    try configuration.validate()
    if let edit = run.settingsEdit { try onEvent(.note(edit.description)) }
    let journal = TrainingJournal(run)
    if try run.isFinished, let result = try result(journal) { return result }
    let trainer = try Trainer(recipe: configuration.recipe, data: data, device: configuration.device)
    try restore(trainer, journal)
    if let schedule = policy.schedule { try AtomicFile.write(schedule.jsonData(), to: run.schedulePath) }
    var course = TrainingCourse(configuration, try journal.epochs())
    while !course.isOver {
      var watch = WorkWatch(slot: slot)
      trainer.setLength(epochs: configuration.length(atEpoch: trainer.epoch))
      var record = try trainEpoch(trainer, course, &watch)
      course.take(record)
      let file = TrainingJournal.checkpointName(epochs: trainer.epoch)
      watch.begin(.checkpoint)
      try AtomicFile.writeTemporary(trainer.checkpoint(), to: run.checkpoints.temporaryPath(for: file))
      record.times = watch.stop()
      try journal.record(
        [record], checkpoint: file, epochsTrained: trainer.epoch,
        keeping: configuration.validateEvery == nil ? nil : course.best.map { $0.epoch + 1 })
      try onEvent(.epoch(record))
    }
    try run.finish()
    guard let result = try result(journal) else {
      throw RunStoreError.damagedJournal(
        path: run.path, detail: "the last of \(configuration.recipe.epochs) epochs is missing")
    }
    return result
  }

  /// Puts the trainer where the run stands: after its newest whole checkpoint, or at the beginning.
  private func restore(_ trainer: Trainer, _ journal: TrainingJournal) throws {
    let recorded = try journal.epochs().count
    var start: (path: String, file: Data)?
    if let point = try journal.resumePoint(beginAnew: { start = try startingFile(recorded: recorded) }) {
      let path = run.checkpoints.path(of: point.checkpoint.file)
      try trainer.restore(Data(readBytes(path, limit: .max)), name: path)
      try onEvent(.resumed(epochs: point.epochs))
    } else {
      if recorded > 0 { try onEvent(.checkpointsLost(epochs: recorded)) }
      if let start {
        try onEvent(.begunFrom(start.path, trainer.warmStart(from: start.file, name: start.path)))
      }
    }
  }

  /// The checkpoint that the training begins with, as it was when the run was begun.
  private func startingFile(recorded: Int) throws -> (path: String, file: Data)? {
    guard let path = configuration.from else { return nil }
    let reason =
      "this training begins with it"
      + (recorded > 0 ? " again, as none of its own checkpoints is there and whole" : "")
    let file: Data
    do {
      file = Data(try readBytes(path, limit: .max))
    } catch {
      throw TrainingError.checkpoint(
        "\(error); \(reason); bring it back, or name its new place with \(setting: "from")")
    }
    guard configuration.fromDigest == nil || FileDigest(of: file).sha256 == configuration.fromDigest else {
      throw TrainingError.checkpoint(
        "\(path): found another file than the one this training was begun with; \(reason); bring that one back"
      )
    }
    return (path, file)
  }

  /// What the journal holds of the last epoch; nil before the end.
  private func result(_ journal: TrainingJournal) throws -> TrainingResult? {
    let epochs = try journal.epochs()
    let course = TrainingCourse(configuration, epochs)
    guard let last = epochs.last, course.isOver else { return nil }
    let files = try journal.checkpointsThere()
    let best = configuration.validateEvery == nil ? nil : course.best
    return TrainingResult(
      epochs: course.trained, trainLoss: last.trainLoss, trainAccuracy: last.trainAccuracy,
      validationAccuracy: last.validationAccuracy, testAccuracy: last.testAccuracy,
      checkpoint: files[course.trained],
      best: best.flatMap { best in
        best.validationAccuracy.map {
          TrainingResult.Best(
            epochs: best.epoch + 1, validationAccuracy: $0, checkpoint: files[best.epoch + 1])
        }
      },
      stoppedEarlyOf: course.trained < configuration.recipe.epochs ? configuration.recipe.epochs : nil)
  }

  private func trainEpoch(
    _ trainer: Trainer, _ course: TrainingCourse, _ watch: inout WorkWatch
  ) throws -> EpochRecord {
    let start = ContinuousClock.now
    let epoch = trainer.epoch
    let (width, height) = (data.train.images.width, data.train.images.height)
    let program = try policy.program(
      epoch: epoch, totalEpochs: configuration.length(atEpoch: epoch), order: configuration.policyOrder,
      width: width, height: height, scale: configuration.recipe.pixelScale(width: width, height: height))
    watch.begin(.training)
    let metrics = try trainer.trainEpoch(program) { try onEvent(.images($0)) }
    watch.begin(.evaluation)
    func evaluate(_ split: LabeledImages, if isWanted: Bool) throws -> Evaluation? {
      isWanted && split.count > 0 ? try trainer.evaluate(split) { try onEvent(.images($0)) } : nil
    }
    let validation = try evaluate(data.validation, if: course.isNextValidated)
    let test = try evaluate(
      data.test, if: course.endsAfterNext(validationAccuracy: validation?.accuracy))
    return EpochRecord(
      epoch: epoch, trainLoss: metrics.loss, trainAccuracy: metrics.accuracy,
      validationAccuracy: validation?.accuracy,
      validationLoss: configuration.validateEvery == nil ? nil : validation?.loss,
      testAccuracy: test?.accuracy, learningRate: metrics.learningRate,
      seconds: (ContinuousClock.now - start) / .seconds(1))
  }
}
