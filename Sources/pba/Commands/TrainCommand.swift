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

  @Option(
    help:
      "\(NamedPolicy.usages), or a schedule file, which is stretched to the epochs. See `pba policy list`. (default: none)"
  )
  var policy: String?

  @Option(help: "How a schedule is played: schedule, shuffled, last. (default: schedule)")
  var policyOrder: PolicyOrder?

  func run() throws {
    var settings = Settings(policy: policy, policyOrder: policyOrder)
      .over(try shared.settings(withoutUseFor: [.population, .interval, .quantile, .concurrency]))
    var recorded: TrainingConfiguration?
    if place.resume {
      let configuration = try RunDirectory.configuration(TrainingConfiguration.self, of: place.run)
      settings = settings.over(Settings(configuration))
      recorded = configuration
    }
    let (configuration, choice) = try settings.trainingConfiguration(resuming: recorded, in: place.run)
    if let epochs = choice.schedule?.unfinishedAfter {
      printNote(
        "\(configuration.policy) is of a search that had not ended: it was written after \(epochs) epochs")
    }
    let result = try TrainingSession(configuration, choice, path: place.run, resume: place.resume)()
    if shared.json {
      try printJSON(result)
    } else {
      printResult("epochs              \(result.epochs)")
      printResult("training accuracy   \(percent(result.trainAccuracy)) (as augmented)")
      if let accuracy = result.validationAccuracy { printResult("validation accuracy \(percent(accuracy))") }
      if let accuracy = result.testAccuracy { printResult("test accuracy       \(percent(accuracy))") }
      printResult("checkpoint          \(result.checkpoint)")
    }
  }
}
