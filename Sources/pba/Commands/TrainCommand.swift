import ArgumentParser
import Policies
import RunStore
import Training

/// `pba train`: trains one network with a policy.
struct TrainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train", abstract: "Train a network with a schedule, another policy, or none.",
    discussion: """
      Every epoch ends with a checkpoint in RUN/checkpoints, from which `pba train --resume --run RUN` continues. Test \
      accuracy is measured once, after the last epoch.
      """)

  @OptionGroup var place: RunOptions
  @OptionGroup var shared: SharedOptions
  @OptionGroup var policy: PolicyOptions

  func run() throws {
    let settings = try policy.settings.over(shared.settings(withoutUseFor: Settings.idleInTraining))
    let folder = try place.folder()
    _ = try settings.naming {
      try TrainingRequest(settings: settings, place: place, folder: folder, json: shared.json)()
    }
  }
}

/// A training as it is asked for on the command line: to be begun, continued, or only reckoned.
struct TrainingRequest {
  let settings: Settings
  let place: RunOptions
  let folder: String
  let json: Bool

  /// Does it and prints the result; nil if it was only reckoned.
  ///
  /// - Parameter onSettings: told the settings when all are known.
  func callAsFunction(
    onSettings: (TrainingConfiguration) throws -> Void = { _ in }
  ) throws -> TrainingResult? {
    var settings = settings
    var recorded: TrainingConfiguration?
    if place.resume {
      let configuration = try RunDirectory.configuration(TrainingConfiguration.self, of: folder)
      settings = settings.over(Settings(configuration))
      recorded = configuration
    }
    let (configuration, choice) = try settings.trainingConfiguration(resuming: recorded, in: folder)
    try noteSurprises(of: choice, name: configuration.policy, epochs: configuration.recipe.epochs)
    try onSettings(configuration)
    if place.dryRun {
      try DryRun(configuration, choice).show(json: json)
      return nil
    }
    let result = try TrainingSession(
      configuration, choice, path: folder, resume: place.resume, tensorBoard: place.tensorBoard)()
    if json {
      try printJSON(result)
    } else {
      printResult("epochs              \(result.epochs)")
      printResult("training accuracy   \(percent(result.trainAccuracy)) (as augmented)")
      if let accuracy = result.validationAccuracy { printResult("validation accuracy \(percent(accuracy))") }
      if let accuracy = result.testAccuracy { printResult("test accuracy       \(percent(accuracy))") }
      printResult("checkpoint          \(result.checkpoint)")
    }
    return result
  }
}
