import ArgumentParser
import Datasets
import Foundation
import Policies
import RunStore
import Search
import Training

/// `pba quickstart`: a real search and the trainings that say what it was worth.
struct QuickstartCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "quickstart",
    abstract: "Search a schedule on bundled images, train with it and without it, in minutes.",
    discussion: """
      Uses 1,000 training, 1,000 validation and 1,000 test images of Fashion-MNIST that come with the program, without \
      crop, flip and Cutout, so that the schedule alone makes the difference. All that is made stays in the folder of \
      the run. Started again on the same folder it continues where it stopped.
      """)

  @Option(name: .customLong("run"), help: "The folder of the run; made if it is not there.")
  var place = "runs/quickstart"

  @Flag(help: "Print the result as JSON.")
  var json = false

  private static let seeds: [UInt64] = [1, 2, 3]

  /// The recipe of the search's trials.
  private static let search = Settings(
    dataset: "bundled", trainSize: 1000, validationSize: 1000, model: "wrn_10_1", epochs: 24, batchSize: 32,
    cutout: 0,
    cropPadding: 0, flip: false, seed: 0, precision: "fp32", threads: 1, device: "cpu", population: 8,
    interval: 3)

  /// The same recipe, half as long again: the schedule is stretched.
  private static let training = Settings(epochs: 36).over(search)

  struct Report: Encodable {
    struct Row: Encodable {
      let policy: String
      let testAccuracies: [Double]
      let mean: Double
      let margin: Double?
    }
    let schedule: String
    let rows: [Row]
    let difference: MeanInterval?
    let seconds: Double
  }

  func run() throws {
    let start = ContinuousClock.now
    printNote("1 of 2: a search with a population of 8 small networks on 1,000 images of Fashion-MNIST")
    let configuration = try Self.search.searchConfiguration()
    let folder = place + "/search"
    let exists = FileManager.default.fileExists(atPath: folder)
    if exists { printNote("continuing the run in \(place)") }
    let found = try SearchSession(configuration, path: folder, resume: exists)()

    printNote("2 of 2: trainings with the learnt schedule and without, \(Self.seeds.count) seeds each")
    let policies = [("without", "none"), ("with", found.schedulePath)]
    var members: [Comparison.Member] = []
    for (name, policy) in policies {
      for seed in Self.seeds {
        let settings = Settings(seed: seed, policy: policy).over(Self.training)
        let (configuration, choice) = try settings.trainingConfiguration()
        members.append(
          Comparison.Member(path: "\(place)/\(name)-\(seed)", configuration: configuration, policy: choice))
      }
    }
    let results = try train(members)
    let accuracies = policies.indices.map { policy in
      results[(policy * Self.seeds.count)..<((policy + 1) * Self.seeds.count)].compactMap(\.testAccuracy)
    }
    let seconds = (ContinuousClock.now - start) / .seconds(1)
    let report = Report(
      schedule: found.schedulePath,
      rows: zip(policies, accuracies).compactMap { policy, values in
        MeanInterval(values).map {
          Report.Row(policy: policy.0, testAccuracies: values, mean: $0.mean, margin: $0.margin)
        }
      },
      difference: MeanInterval(zip(accuracies[1], accuracies[0]).map { $0 - $1 }), seconds: seconds)
    if json { return try printJSON(report) }
    show(report)
  }

  private func train(_ members: [Comparison.Member]) throws -> [TrainingResult] {
    let configuration = members[0].configuration
    let data = try loadDataset(configuration.data)
    let batch = configuration.recipe.batchSize
    let images =
      configuration.recipe.epochs * (data.train.count / batch * batch) + data.validation.count
      + data.test.count
    let progress = ProgressDisplay(total: members.count * images, unit: "images")
    progress.setLabel("\(members.count) trainings")
    defer { progress.finish() }
    let interruption = Interruption()
    let comparison = Comparison(
      data: data, concurrency: Settings.cores, version: Version.text, stop: interruption.flag
    ) { progress.advance($0) }
    return try withExtendedLifetime(interruption) { try comparison(members) }
  }

  private func show(_ report: Report) {
    printResult("test accuracy on 1,000 images, mean of \(Self.seeds.count) seeds and its 95 % interval")
    for row in report.rows {
      let values = row.testAccuracies.map { decimal($0 * 100, 1) }.joined(separator: "  ")
      printResult(
        "  \(padded(row.policy + " the schedule", 22)) \(percent(row.mean)) ± \(decimal((row.margin ?? 0) * 100, 2))   (\(values))"
      )
    }
    if let difference = report.difference, let margin = difference.margin {
      let gain = difference.mean * 100
      printResult(
        "  difference, paired     \(gain < 0 ? "" : "+")\(decimal(gain, 2)) ± \(decimal(margin * 100, 2)) points"
      )
      printResult(
        abs(difference.mean) > margin
          ? "The schedule \(gain > 0 ? "helped" : "hurt") here: the interval does not contain 0."
          : "This does not tell whether the schedule helped here: the interval contains 0.")
    }
    printResult("schedule: \(report.schedule)   (pba schedule show \(report.schedule))")
    printResult("took \(duration(report.seconds))")
  }
}
