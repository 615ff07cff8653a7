import ArgumentParser
import Augmentation
import RunStore
import Search
import Text
import Workers

/// `pba search`: learns a schedule.
struct SearchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "search", abstract: "Learn a schedule with a population of small networks.",
    discussion: """
      Trains the population, compares it every few epochs on the validation images, lets the worst copy the best and \
      change their policy, and writes the best trial's schedule to RUN/schedule.json. A search that was interrupted in \
      any way continues with `pba search --resume --run RUN` and ends with the same schedule.
      """)

  @OptionGroup var place: RunOptions
  @OptionGroup var shared: SharedOptions
  @OptionGroup var search: SearchOptions
  @OptionGroup var workers: WorkerOptions

  func run() throws {
    let settings = try search.typedSettings.over(workers.typedSettings).over(shared.settings(for: .search))
    let folder = try place.folder()
    try settings.naming {
      try SearchRequest(settings: settings, place: place, folder: folder, json: shared.json)()
    }
  }
}

/// A search that the command line asks for: to begin, to continue, or only to estimate.
struct SearchRequest {
  let settings: Settings
  let place: RunOptions
  let folder: String
  let json: Bool

  /// Does it and prints the result.
  ///
  /// - Parameter onSettings: called with the settings when all are known.
  /// - Throws: the error of a setting, of the run's folder or of the search.
  func callAsFunction(onSettings: (SearchConfiguration) throws -> Void = { _ in }) throws {
    var settings = settings
    let recorded =
      place.resume
      ? try RunDirectory.configuration(SearchConfiguration.self, of: folder, resume: true) : nil
    if let recorded { settings = try settings.over(Settings(recorded)) }
    var configuration = try settings.searchConfiguration()
    if let recorded { configuration.startOrder = recorded.startOrder }
    try onSettings(configuration)
    Self.noteIdle(configuration, settings)
    if place.dryRun { return try DryRun(configuration).show(json: json) }
    let result = try continued(by: "pba search --resume --run \(quoted(folder))") {
      try SearchSession(
        configuration, path: folder, resuming: recorded, tensorBoard: place.tensorBoard,
        stoppingAt: place.stopAfter)()
    }
    if json {
      try printJSON(SearchSummary(result))
    } else {
      printResult("best trial          \(result.trial)")
      printResult("validation accuracy \(percent(result.score))")
      printResult("schedule            \(result.schedulePath)")
      printResult(
        "checkpoint          \(result.checkpoint ?? lostCheckpoint(result.checkpointName, of: folder))")
    }
    if result.schedule.appliesNothing {
      printNote(
        "the schedule applies nothing: all trials begin without augmentation, and the best one never copied another;"
          + " more epochs or a shorter --interval give more comparisons")
    }
  }
}

extension SearchRequest {
  /// Says so where no trial can ever copy another.
  ///
  /// - Parameters:
  ///   - configuration: the settings of the search.
  ///   - settings: what the configuration was made of, which know what the user calls them.
  private static func noteIdle(_ configuration: SearchConfiguration, _ settings: Settings) {
    let (interval, epochs) = (configuration.interval, configuration.recipe.epochs)
    let lastComparison = (epochs - 1) / interval * interval
    let reason: String? =
      if interval >= epochs {
        "\(settings.name(of: \.interval)): \(interval) of \(counted(epochs, "epoch"))"
      } else if configuration.burnIn > lastComparison {
        "\(settings.name(of: \.burnIn)): \(configuration.burnIn), the last comparison is after epoch \(lastComparison)"
      } else if configuration.population < 2 {
        "\(settings.name(of: \.population)): \(configuration.population)"
      } else if configuration.quantile == 0 {
        "\(settings.name(of: \.quantile)): 0"
      } else {
        nil
      }
    if let reason { printNote("no trial will copy another (\(reason)), so nothing will be learnt") }
  }
}

/// A search's result as it is printed for programs.
struct SearchSummary: Encodable {
  let trial: Int
  let validationAccuracy: Double
  let epochs: Int
  let segments: Int
  let schedule: String
  let checkpoint: String?

  init(_ result: SearchResult) {
    trial = result.trial
    validationAccuracy = result.score
    epochs = result.schedule.epochs
    segments = result.schedule.segments.count
    schedule = result.schedulePath
    checkpoint = result.checkpoint
  }
}
