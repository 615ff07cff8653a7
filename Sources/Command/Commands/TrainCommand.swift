import ArgumentParser
import RunStore
import Text
import Training

/// `pba train`: trains one network with a policy.
struct TrainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train", abstract: "Train a network with a schedule, another policy, or none.",
    discussion: """
      Every epoch ends with a checkpoint in RUN/checkpoints, from which `pba train --resume --run RUN` continues. Test \
      accuracy is measured once, after the last epoch.

      `pba train --resume --epochs MORE --run RUN` gives a run another length, also a finished one. Epochs that are trained \
      stay as they are; for those that follow, the learning rate and the schedule are those of a training of the new \
      length. So a cosine that had reached 0 rises again: the rates before and after are printed.

      --validate-every measures on the validation images between epochs too; the best checkpoint, the earliest among \
      equals, is kept beside the two newest and named at the end. --from begins with the weights of another training. \
      --label-smoothing and --class-weights change the training loss, not the loss that is measured.
      """)

  @OptionGroup var place: RunOptions
  @OptionGroup var shared: SharedOptions
  @OptionGroup var policy: PolicyOptions
  @OptionGroup var training: TrainingOptions

  func run() throws {
    let settings = try policy.typedSettings.over(training.typedSettings).over(shared.settings(for: .train))
    let folder = try place.folder()
    _ = try settings.naming {
      try TrainingRequest(settings: settings, place: place, folder: folder, json: shared.json)()
    }
  }
}

/// A training that the command line asks for: to begin, to continue, or only to estimate.
struct TrainingRequest {
  let settings: Settings
  let place: RunOptions
  let folder: String
  let json: Bool

  /// Does it and prints the result.
  ///
  /// - Parameter onSettings: called with the settings when all are known.
  /// - Returns: the result; nil if only the cost was estimated.
  /// - Throws: the error of a setting, of the run's folder or of the training.
  func callAsFunction(
    onSettings: (TrainingConfiguration) throws -> Void = { _ in }
  ) throws -> TrainingResult? {
    var settings = settings
    let recorded =
      place.resume
      ? try RunDirectory.configuration(TrainingConfiguration.self, of: folder, resume: true) : nil
    if let recorded { settings = try settings.over(Settings(recorded)) }
    let (configuration, choice) = try settings.trainingConfiguration(resuming: recorded, in: folder)
    try noteSurprises(
      of: choice, order: configuration.policyOrder, name: configuration.played.description,
      epochs: configuration.recipe.epochs)
    try onSettings(configuration)
    if place.dryRun {
      try DryRun(configuration, choice).show(json: json)
      return nil
    }
    let result = try withDashboard(of: folder, if: place.dashboard) {
      try TrainingSession(
        configuration, choice, path: folder, resuming: recorded,
        // A file that the run was begun with, or another's, does not ask for it.
        mayChangeLength: settings.origin(of: \.epochs) == .flag, tensorBoard: place.tensorBoard,
        stoppingAt: place.stopAfter)()
    }
    if json { try printJSON(result) } else { show(result) }
    return result
  }
  private func show(_ result: TrainingResult) {
    let reason = result.stoppedEarlyOf.map { " of \($0); its --patience ended the training" } ?? ""
    printResult("epochs              \(result.epochs)\(reason)")
    printResult("training accuracy   \(percent(result.trainAccuracy)) (as augmented)")
    if let accuracy = result.validationAccuracy { printResult("validation accuracy \(percent(accuracy))") }
    if let accuracy = result.testAccuracy { printResult("test accuracy       \(percent(accuracy))") }
    printResult("checkpoint          \(result.checkpoint ?? gone(after: result.epochs))")
    if let best = result.best {
      printResult("best validation     \(percent(best.validationAccuracy)) after epoch \(best.epochs)")
      printResult("best checkpoint     \(best.checkpoint ?? gone(after: best.epochs))")
    }
  }

  private func gone(after epochs: Int) -> String {
    lostCheckpoint(TrainingJournal.checkpointName(epochs: epochs), of: folder)
  }
}
