import ArgumentParser
import Comparison
import Files
import Foundation
import RunStore
import Search
import Text
import Workers

/// `pba quickstart`: a real search and the trainings that say what it was worth.
struct QuickstartCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "quickstart",
    abstract: "Search a schedule on bundled images, train with it and without it, in minutes.",
    discussion: """
      Uses 1,000 training, 1,000 validation and 1,000 test images of Fashion-MNIST that come with the program, without \
      crop, flip and Cutout, so that the schedule alone makes the difference. All files stay in the folder of the run. \
      Started again on the same folder, it continues where it stopped.
      """)

  @Option(name: .customLong("run"), help: "The folder of the run; made if it is not there.")
  var place = "runs/quickstart"

  @Flag(help: "Print the result as JSON.")
  var json = false

  private static let seeds = 3

  /// The recipe of the search's trials.
  private static let search = Settings {
    $0.dataset = "bundled"
    $0.trainSize = 1000
    $0.validationSize = 1000
    $0.model = "wrn_10_1"
    $0.epochs = 24
    $0.batchSize = 32
    $0.cutout = 0
    $0.cropPadding = 0
    $0.flip = false
    $0.seed = 0
    $0.precision = "fp32"
    $0.threads = 1
    $0.device = "cpu"
    $0.population = 8
    $0.interval = 3
  }

  /// The same recipe, half as long again: the schedule is stretched.
  private static let training = Settings {
    $0.epochs = 36
    $0.seed = 1
  }.over(search)

  private struct Report: Encodable {
    let schedule: String
    let comparison: ComparisonSummary
    let seconds: Double
  }

  func run() throws {
    try requireOwnFolder()
    try continued(by: "pba quickstart --run \(quoted(place))", searchAndCompare)
  }

  /// Throws where the folder holds something that no quickstart has made.
  private func requireOwnFolder() throws {
    guard try isThere(place),
      let other = try AtomicFile.names(in: place).sorted().first(where: {
        !["search", "comparison"].contains($0)
      })
    else { return }
    throw SettingsError(
      "\(place): found \(other) in it, expected a new folder or that of a quickstart; name another with --run"
    )
  }

  /// The settings of a run that was begun in a folder; nil where there is none yet, as where the program was killed before its
  /// first entry.
  private func begun<Configuration: RunConfiguration>(
    _ kind: Configuration.Type, in folder: String
  ) throws -> Configuration? {
    guard try isThere(folder) else { return nil }
    do {
      return try RunDirectory.configuration(kind, of: folder)
    } catch RunStoreError.noRun {
      return nil
    }
  }

  private func searchAndCompare() throws {
    let start = ContinuousClock.now
    printNote("1 of 2: a search with a population of 8 small networks on 1,000 images of Fashion-MNIST")
    let search = try begun(SearchConfiguration.self, in: place + "/search")
    if search != nil { printNote("continuing the run in \(place)") }
    let found = try SearchSession(
      .network(try Self.search.searchConfiguration()), path: place + "/search",
      resuming: search.map(AnySearchConfiguration.network))()

    printNote("2 of 2: trainings with the learnt schedule and without, \(Self.seeds) seeds each")
    let folder = place + "/comparison"
    let recorded = try begun(ComparisonConfiguration.self, in: folder)
    // The whole path, so that the same folder under another spelling is the same comparison.
    let schedule = URL(fileURLWithPath: found.schedulePath).standardizedFileURL.path
    let compared = Settings {
      $0.policies = ["none", schedule]
      $0.seeds = Self.seeds
    }.over(Self.training)
    let (comparison, policies) = try compared.comparisonConfiguration(in: recorded == nil ? nil : folder)
    let summary = try ComparisonSession(comparison, policies, path: folder, resuming: recorded)()
    let seconds = (ContinuousClock.now - start) / .seconds(1)
    if json {
      return try printJSON(Report(schedule: found.schedulePath, comparison: summary, seconds: seconds))
    }
    ComparisonTable(
      summary: summary, names: ["none": "without the schedule", schedule: "with the schedule"]
    ).show()
    printResult("schedule: \(found.schedulePath)   (pba schedule show \(found.schedulePath))")
    printResult("took \(duration(seconds))")
  }
}
