import Augmentation
import Datasets
import Foundation
import Policies
import RunStore
import Text
import Training

/// A training with its progress on standard error.
struct TrainingSession {
  private let requested: TrainingConfiguration
  private let policy: PolicyChoice
  private let path: String
  private let recorded: TrainingConfiguration?
  private let mayChangeLength: Bool
  private let writesTensorBoard: Bool
  private let stopTime: StopTime?

  /// - Parameters:
  ///   - configuration: the settings.
  ///   - policy: the policy that they name.
  ///   - path: the folder of the run.
  ///   - recorded: the settings of the run that is resumed; nil to begin one.
  ///   - mayChangeLength: whether a resumed run takes another length; otherwise it is refused as other settings
  ///     are.
  ///   - tensorBoard: whether event files are written.
  ///   - stopTime: when to stop without a signal.
  init(
    _ configuration: TrainingConfiguration, _ policy: PolicyChoice, path: String,
    resuming recorded: TrainingConfiguration?,
    mayChangeLength: Bool, tensorBoard: Bool, stoppingAt stopTime: StopTime? = nil
  ) {
    requested = configuration
    self.policy = policy
    self.path = path
    self.recorded = recorded
    self.mayChangeLength = mayChangeLength
    writesTensorBoard = tensorBoard
    self.stopTime = stopTime
  }

  /// Trains to the end.
  func callAsFunction() throws -> TrainingResult {
    let prepared = try PreparedRun(requested, path: path, resuming: recorded)
    let data = prepared.data
    var configuration = prepared.configuration
    if recorded != nil {
      try configuration.requireValidation(in: data)
    } else {
      try configuration.requireUsable(data)
      try noteSurprises(configuration, on: data)
    }
    let interruption = try Interruption(stoppingAt: stopTime)
    let run: RunDirectory
    if mayChangeLength, let recorded = prepared.recorded,
      recorded.recipe.epochs != configuration.recipe.epochs
    {
      // Whatever else differs is refused as ever.
      let length = configuration.recipe.epochs
      configuration.recipe.epochs = recorded.recipe.epochs
      run = try prepared.open(with: configuration)
      configuration = try changeLength(
        of: run, to: length, from: configuration,
        stepsPerEpoch: configuration.recipe.stepsPerEpoch(of: data))
    } else {
      run = try prepared.open()
    }
    printNote("settings of this training (kept in \(path)/config.yaml):")
    printNoteLines(try configuration.yaml().indented())
    let recipe = configuration.recipe
    let epochs = try TrainingJournal(run).epochs()
    let trained = epochs.count
    let tensorBoard =
      writesTensorBoard ? try TrainingTensorBoard(run.tensorBoardPath, epochs: ["": epochs]) : nil
    let progress = ProgressDisplay(
      total: configuration.images(after: trained, of: data), unit: "images")
    progress.setLabel("epoch \(trained + 1)/\(recipe.epochs)")
    let validation = ValidationWords(configuration, epochs)
    let training = TrainingRun(run: run, configuration: configuration, policy: policy, data: data) { event in
      if interruption.flag.isRequested {
        throw Interrupted(continuedBy: "pba train --resume --run \(quoted(path))")
      }
      switch event {
      case .resumed(let epochs): progress.note("continuing after epoch \(epochs)")
      case .checkpointsLost(let epochs):
        progress.note(
          "none of the checkpoints of \(path) is there and whole: its \(counted(epochs, "epoch")) \(epochs == 1 ? "is" : "are") trained again"
        )
      case .begunFrom(let file, let start): progress.note(begunFrom(file, start, data))
      case .note(let text): progress.note(text)
      case .images(let count): progress.advance(count)
      case .epoch(let epoch):
        tensorBoard?.take(epoch, of: "")
        progress.setLabel(
          "epoch \(min(epoch.epoch + 2, recipe.epochs))/\(recipe.epochs), loss \(decimal(epoch.trainLoss, 3))"
            + validation.words(after: epoch))
      }
    }
    defer { progress.finish() }
    return try withExtendedLifetime(interruption) { try training() }
  }
}

extension TrainingSession {
  /// Says what somebody may not expect of the last epoch's policy on images of this size.
  private func noteSurprises(_ configuration: TrainingConfiguration, on data: DatasetSplits) throws {
    let recipe = configuration.recipe
    let (width, height) = (data.train.images.width, data.train.images.height)
    let program = try policy.program(
      epoch: recipe.epochs - 1, totalEpochs: recipe.epochs, order: configuration.policyOrder, width: width,
      height: height, scale: recipe.pixelScale(width: width, height: height))
    Command.noteSurprises(of: recipe, policyCutout: program.largestCutout, on: data)
  }

  /// Records another length of a run, and says what that means for the epochs that follow.
  private func changeLength(
    of run: RunDirectory, to length: Int, from configuration: TrainingConfiguration, stepsPerEpoch: Int
  ) throws -> TrainingConfiguration {
    let epochs = try TrainingJournal(run).epochs()
    let changed = try configuration.withLength(length, after: epochs.count)
    noteChangedLength(changed, from: configuration, epochs, policy: policy, stepsPerEpoch: stepsPerEpoch)
    try run.record(changed, unfinished: true)
    return changed
  }
}

/// Throws if one batch takes more images than there are, or the network does not take images of this size.
///
/// Asked before a run's folder is made, so that a request that cannot be served leaves nothing behind.
func requireTrainable(_ recipe: Recipe, _ data: DatasetSplits) throws {
  guard recipe.batchSize <= data.train.count else {
    throw TrainingError.batchTooLarge(batchSize: recipe.batchSize, images: data.train.count)
  }
  try recipe.requireModel(takes: data)
}
