import ArgumentParser
import Augmentation
import PopulationBasedTraining
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
  @OptionGroup var trainer: TrainerOptions
  @OptionGroup var ray: RayOptions

  func run() throws {
    let settings = try search.typedSettings.over(workers.typedSettings).over(trainer.typedSettings)
      .over(shared.settings(for: .search))
    let folder = try place.folder()
    try settings.naming {
      try SearchRequest(
        settings: settings, place: place, folder: folder, json: shared.json, hasCluster: true, ray: ray.places
      )()
    }
  }
}

/// A search that the command line asks for: to begin, to continue, or only to estimate.
struct SearchRequest {
  let settings: Settings
  let place: RunOptions
  let folder: String
  let json: Bool
  /// Whether the command can train on a cluster.
  let hasCluster: Bool
  /// The cluster that it trains on; nil for this machine.
  let ray: RayPlaces?

  /// Does it and prints the result.
  ///
  /// - Parameter onSettings: called with the settings of a search with networks of this program, when all are known.
  /// - Throws: the error of a setting, of the run's folder or of the search.
  func callAsFunction(onSettings: (SearchConfiguration) throws -> Void = { _ in }) throws {
    var settings = settings
    if let ray {
      if place.dryRun {
        throw SettingsError(
          "--ray: found together with --dry-run, which times steps on this machine, expected one of them; leave one out"
        )
      }
      try settings.train(on: ray)
    }
    let recorded =
      place.resume
      ? try RunDirectory.configuration(AnySearchConfiguration.self, of: folder, resume: true) : nil
    if let recorded {
      if case .network = recorded, settings.trainer != nil {
        throw SettingsError(
          "\(setting: "trainer"): found together with \(setting: "resume"), but the search in \(printable(folder)) trains"
            + " built-in networks; leave it out, or begin a search in another folder")
      }
      let begun = try Settings(recorded)
      if let ray { try begun.requireTraining(on: ray, in: folder) }
      settings = settings.over(begun)
    }
    let configuration: AnySearchConfiguration
    switch recorded {
    case .trainer(let recorded):
      configuration = .trainer(try settings.trainerConfiguration(resuming: recorded))
    case nil where settings.trainer != nil: configuration = .trainer(try settings.trainerConfiguration())
    case .network, nil:
      try settings.requireUse(by: .network)
      if recorded == nil { try settings.space?.noteFileOfSameName() }
      var network = try settings.searchConfiguration(on: ray?.device)
      if case .network(let recorded) = recorded { network.startOrder = recorded.startOrder }
      try onSettings(network)
      configuration = .network(network)
    }
    if let ray, ray.shipsImages, case .trainer = configuration {
      throw SettingsError(
        "--ship-data: found together with \(setting: "trainer"); a trainer reads its own data, so put the data on each node"
          + " and leave --ship-data out")
    }
    if configuration.settings.madeExplorer.exploits {
      Self.noteIdle(configuration.settings.rules, settings)
    } else {
      Self.noteUnused(settings)
    }
    if place.dryRun { return try show(costOf: configuration) }
    let result = try continued(by: "pba search --resume --run \(quoted(folder))\(ray?.commandLine ?? "")") {
      try withDashboard(of: folder, if: place.dashboard) {
        try SearchSession(
          configuration, path: folder, resuming: recorded, tensorBoard: place.tensorBoard,
          stoppingAt: place.stopAfter, ray: ray)()
      }
    }
    let objective = configuration.settings.rules.objective
    if json {
      try printJSON(SearchSummary(result, objective))
    } else {
      show(result, objective)
    }
    if result.schedule.appliesNothing {
      printNote(
        "the schedule applies nothing: all trials begin without augmentation, and the best one never copied another"
          + (configuration.settings.rules.quantile > 0
            ? "; more epochs or a shorter --interval give more comparisons" : ""))
    }
  }

  private func show(costOf configuration: AnySearchConfiguration) throws {
    switch configuration {
    case .network(let configuration): try DryRun(configuration, mayShip: hasCluster).show(json: json)
    case .trainer(let configuration): try TrainerDryRun(configuration).show(json: json)
    }
  }

  private func show(_ result: SearchResult, _ objective: Objective) {
    func line(_ name: String, _ text: String) { printResult(padded(name, 20) + text) }
    line("best trial", "\(result.trial)")
    line(objective.scoreName, objective.text(result.score))
    for (name, text) in result.tuned?.lines ?? [] { line(printable(name), text) }
    line("schedule", result.schedulePath)
    line("checkpoint", result.checkpoint ?? lostCheckpoint(result.checkpointName, of: folder))
  }
}

extension TunedCourse {
  /// Each hyperparameter's name and its values, those of the first epochs first.
  fileprivate var lines: [(name: String, text: String)] {
    (steps.first?.values.keys.sorted() ?? []).map { name in
      let texts = steps.map { $0.values[name].map { significant($0, 4) } ?? "-" }
      return (name, texts.joined(separator: ", "))
    }
  }
}

extension SearchRequest {
  /// Notes settings of comparisons that were typed, where the explorer makes none.
  private static func noteUnused(_ settings: Settings) {
    for (name, origin) in [
      (settings.name(of: \.burnIn), settings.origin(of: \.burnIn)),
      (settings.name(of: \.quantile), settings.origin(of: \.quantile)),
    ] where origin == .flag {
      printNote("\(name) has no effect under an explorer without selection: no trial copies another")
    }
  }

  /// Says so where no trial can ever copy another.
  ///
  /// - Parameters:
  ///   - rules: those of the search.
  ///   - settings: what they were made of, which know what the user calls them.
  private static func noteIdle(_ rules: SearchRules, _ settings: Settings) {
    let (interval, epochs) = (rules.interval, rules.epochs)
    let lastComparison = (epochs - 1) / interval * interval
    let reason: String? =
      if interval >= epochs {
        "\(settings.name(of: \.interval)): \(interval) of \(counted(epochs, "epoch"))"
      } else if rules.burnIn > lastComparison {
        "\(settings.name(of: \.burnIn)): \(rules.burnIn), the last comparison is after epoch \(lastComparison)"
      } else if rules.population < 2 {
        "\(settings.name(of: \.population)): \(rules.population)"
      } else if rules.quantile == 0 {
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
  let validationAccuracy: Double?
  /// The score, what it is called, and the values of tuned hyperparameters; of a search with a user's trainer.
  let score: Double?
  let scoreName: String?
  let tuned: JSONValue?
  let epochs: Int
  let segments: Int
  let schedule: String
  let checkpoint: String?

  init(_ result: SearchResult, _ objective: Objective) {
    trial = result.trial
    validationAccuracy = objective.name == nil ? result.score : nil
    score = objective.name == nil ? nil : result.score
    scoreName = objective.name
    tuned = result.tuned?.value
    epochs = result.schedule.epochs
    segments = result.schedule.segments.count
    schedule = result.schedulePath
    checkpoint = result.checkpoint
  }
}
