import ArgumentParser
import Datasets
import RunStore
import Search

/// `pba search`: learns a schedule.
struct SearchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "search", abstract: "Learn a schedule with a population of small networks.",
    discussion: """
      Trains the population, compares it every few epochs on the validation images, lets the worst copy the best and \
      change their policy, and writes the best trial's schedule to RUN/schedule.json. A search that was interrupted, in \
      whatever way, continues with `pba search --resume --run RUN` and ends with the same schedule.
      """)

  @OptionGroup var place: RunOptions
  @OptionGroup var shared: SharedOptions

  @Option(parsing: .unconditional, help: "How many networks. (default: 16)")
  var population: Int?

  @Option(parsing: .unconditional, help: "Epochs between comparisons. (default: 3)")
  var interval: Int?

  @Option(
    parsing: .unconditional, help: "The share that copies, and is copied, at a comparison. (default: 0.25)")
  var quantile: Double?

  @Option(
    parsing: .unconditional,
    help: "How many train at once; the result does not depend on it. (default: as many as there are cores)")
  var concurrency: Int?

  func run() throws {
    var settings = try shared.settings(withoutUseFor: [.policy, .policyOrder])
    settings = Settings(
      population: population, interval: interval, quantile: quantile, concurrency: concurrency
    )
    .over(settings)
    if place.resume {
      let recorded = try RunDirectory.configuration(SearchConfiguration.self, of: place.run)
      settings = settings.over(Settings(recorded))
    }
    let configuration = try settings.searchConfiguration()
    let result = try SearchSession(configuration, path: place.run, resume: place.resume)()
    if shared.json {
      try printJSON(SearchSummary(result))
    } else {
      printResult("best trial          \(result.trial)")
      printResult("validation accuracy \(percent(result.validationAccuracy))")
      printResult("schedule            \(result.schedulePath)")
      printResult("checkpoint          \(result.checkpointPath)")
    }
  }
}

/// A search's result as it is printed for programs.
struct SearchSummary: Encodable {
  let trial: Int
  let validationAccuracy: Double
  let epochs: Int
  let segments: Int
  let schedule: String
  let checkpoint: String

  init(_ result: SearchResult) {
    trial = result.trial
    validationAccuracy = result.validationAccuracy
    epochs = result.schedule.epochs
    segments = result.schedule.segments.count
    schedule = result.schedulePath
    checkpoint = result.checkpointPath
  }
}
