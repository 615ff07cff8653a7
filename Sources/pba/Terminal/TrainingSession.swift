import Datasets
import Policies
import RunStore
import Search
import Training

/// A training with its progress on standard error.
struct TrainingSession {
  private let requested: TrainingConfiguration
  private let policy: PolicyChoice
  private let path: String
  private let resume: Bool
  private let writesTensorBoard: Bool

  init(
    _ configuration: TrainingConfiguration, _ policy: PolicyChoice, path: String, resume: Bool,
    tensorBoard: Bool
  ) {
    requested = configuration
    self.policy = policy
    self.path = path
    self.resume = resume
    writesTensorBoard = tensorBoard
  }

  /// Trains to the end.
  func callAsFunction() throws -> TrainingResult {
    let data = try loadShowingProgress(requested.data)
    var configuration = requested
    configuration.imageDigest = data.digest()
    let recipe = configuration.recipe
    try requireTrainable(recipe, data)
    let (width, height) = (data.train.images.width, data.train.images.height)
    let program = try policy.program(
      epoch: recipe.epochs - 1, totalEpochs: recipe.epochs, order: configuration.policyOrder, width: width,
      height: height, scale: recipe.pixelScale(width: width, height: height))
    if !resume { noteSurprises(of: recipe, policyCutout: program.largestCutout, on: data) }
    let interruption = try Interruption()
    let run = try RunDirectory.open(path, configuration: configuration, version: Version.text, resume: resume)
    noteVersions(of: run)
    printNote("settings of this training (kept in \(path)/config.yaml):")
    printNote(try configuration.yaml().indented())
    let perEpoch = data.train.count / recipe.batchSize * recipe.batchSize
    let epochs = try TrainingJournal(run).epochs()
    let trained = epochs.count
    let tensorBoard =
      writesTensorBoard ? try TrainingTensorBoard(run.tensorBoardPath, epochs: ["": epochs]) : nil
    let progress = ProgressDisplay(
      total: (recipe.epochs - trained) * perEpoch + data.validation.count + data.test.count, unit: "images")
    progress.setLabel("epoch \(trained + 1)/\(recipe.epochs)")
    let training = TrainingRun(run: run, configuration: configuration, policy: policy, data: data) { event in
      if interruption.flag.isRequested { throw Interrupted(command: "pba train", path: path) }
      switch event {
      case .resumed(let epochs): progress.note("continuing after epoch \(epochs)")
      case .images(let count): progress.advance(count)
      case .epoch(let epoch):
        tensorBoard?.take(epoch, of: "")
        progress.setLabel(
          "epoch \(min(epoch.epoch + 2, recipe.epochs))/\(recipe.epochs), loss \(decimal(epoch.trainLoss, 3))"
        )
      }
    }
    defer { progress.finish() }
    return try withExtendedLifetime(interruption) { try training() }
  }
}

/// A run that was asked to stop and keeps its epochs.
struct Interrupted: Error, CustomStringConvertible {
  /// What continues it, such as `pba train`.
  let command: String
  let path: String
  var description: String {
    "stopped; what is finished is kept: continue with \(command) --resume --run \(path)"
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
