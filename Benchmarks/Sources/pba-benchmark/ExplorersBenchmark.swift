import ArgumentParser
import Command
import Datasets
import Files
import Foundation
import Policies
import RunStore
import Search
import Statistics
import Text
import Threads
import Training
import Workers

/// `pba-benchmark explorers`: how good the schedules of each explorer are on made-up trainings whose best schedule is known.
struct ExplorersBenchmark: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explorers",
    abstract: "Compare explorers on made-up trainings whose best schedule is known.",
    discussion: """
      Each search goes through the real state machine and the real journal; only the training is made up. The best strength \
      of each operation moves with the epochs, what is measured has noise, and a trap makes weak policies look better early \
      on than they are. Printed is the regret: the points of accuracy that a training with the found schedule loses against \
      the best one, with a 95 % interval, and the differences to pba and to random over the same seeds. The row none is a \
      schedule that applies nothing, the row best the best one that a search can find: the known best strengths, rounded to \
      numbers that policies have, one policy for each interval.
      """)

  @Option(help: "Searches of each explorer in each setting.")
  var seeds = 20

  @Option(help: "Epochs of a search.")
  var epochs = 72

  @Option(help: "Epochs between two comparisons.")
  var interval = 3

  @Option(help: "Trials, once for each population (default: 8 and 16).")
  var population: [Int] = []

  @Option(help: "Explorers to compare, once for each (default: all).")
  var explorer: [String] = []

  @Option(
    help: "Where the runs' folders are made (default: in memory where there is /dev/shm).",
    completion: .directory)
  var folder: String?

  @Flag(help: "Print the result as JSON.")
  var json = false

  func validate() throws {
    try require("seeds", seeds, in: 1...10_000)
    try require("epochs", epochs, in: 1...100_000)
    try require("interval", interval, in: 1...100_000)
    for size in population { try require("population", size, in: 1...100_000) }
    for name in explorer where NamedExplorer(named: name) == nil {
      let names = NamedExplorer.all.map(\.name).joined(separator: ", ")
      throw ValidationError("--explorer: found \(printable(name)), expected one of \(names)")
    }
    for size in populations {
      for explorer in explorers where size < explorer.make(in: .pba).leastPopulation {
        throw ValidationError(
          "--population: found \(size), expected \(explorer.make(in: .pba).leastPopulation) or more with \(explorer)"
        )
      }
    }
  }

  private var populations: [Int] { population.isEmpty ? [8, 16] : population }

  /// PBA's first: the others are compared with it.
  private var explorers: [NamedExplorer] {
    explorer.isEmpty
      ? NamedExplorer.all : [.pba] + explorer.compactMap { NamedExplorer(named: $0) }.filter { $0 != .pba }
  }

  private struct Report: Encodable {
    let machine: MeasuredMachine
    let seeds: Int
    let epochs: Int
    let interval: Int
    let tasks: [Task]
    let settings: [Setting]
  }

  /// What is known of the task of a seed.
  private struct Task: Encodable {
    let seed: UInt64
    /// The best strength of each operation before the first epoch, where strengths move; where they grow it is 0.
    let first: [Double]
    /// The best strength of each operation after the last epoch.
    let last: [Double]

    init(_ task: DriftingTask) {
      seed = task.seed
      first = task.endsOfBestStrengths.map(\.first)
      last = task.endsOfBestStrengths.map(\.last)
    }
  }

  private struct Setting: Encodable {
    let population: Int
    let grows: Bool
    let hasTrap: Bool
    /// The standard deviation of a measured accuracy.
    let noise: Double
    let results: [Result]
  }

  private struct Result: Encodable {
    /// The explorer, `none` where nothing is applied, or `best` for the best schedule that a search can find.
    let explorer: String
    /// Points of accuracy.
    let regret: MeanInterval
    /// The regret less that of `pba`, over the same seeds.
    let difference: MeanInterval
    /// The regret less that of `random`, over the same seeds; nil where `random` is not compared.
    let differenceToRandom: MeanInterval?
    /// Seconds of one search.
    let seconds: Double
  }

  func run() throws {
    let interruption = try Interruption()
    defer { withExtendedLifetime(interruption) {} }
    var settings: [Setting] = []
    for population in populations {
      for grows in [false, true] {
        for hasTrap in [false, true] {
          for noise in [0.002, 0.01] {
            let setting = Setting(
              population: population, grows: grows, hasTrap: hasTrap, noise: noise,
              results: try results(
                population: population, stop: interruption.flag
              ) { DriftingTask(seed: $0, epochs: epochs, noise: noise, grows: grows, hasTrap: hasTrap) })
            settings.append(setting)
            if !json { show(setting) }
          }
        }
      }
    }
    let report = Report(
      machine: .current(), seeds: seeds, epochs: epochs, interval: interval,
      tasks: (0..<UInt64(seeds)).map {
        Task(DriftingTask(seed: $0, epochs: epochs, noise: 0, grows: false, hasTrap: false))
      }, settings: settings)
    if json { return try printJSON(report) }
    printResult(report.machine.text)
  }

  private func results(
    population: Int, stop: StopFlag, task: (UInt64) -> DriftingTask
  ) throws -> [Result] {
    let tasks = (0..<UInt64(seeds)).map(task)
    var rows: [(name: String, regrets: [Double], seconds: Double)] = []
    for explorer in explorers {
      var regrets: [Double] = []
      let taken = try seconds {
        for task in tasks {
          regrets.append(try task.regret(of: search(task, explorer, population: population, stop: stop)))
        }
      }
      rows.append((explorer.name, regrets, taken / Double(seeds)))
    }
    let nothing = try Schedule(
      name: "none", segments: [Schedule.Segment(epochs: epochs, policy: .searchStart)], provenance: [:])
    rows.append(("none", tasks.map { $0.regret(of: nothing) }, 0))
    rows.append(("best", try tasks.map { $0.regret(of: try $0.bestSchedule(interval: interval)) }, 0))
    let random = rows.first { $0.name == NamedExplorer.random.name }
    return rows.compactMap { row in
      func difference(to other: [Double]) -> MeanInterval? {
        MeanInterval(zip(row.regrets, other).map { $0 - $1 })
      }
      guard let regret = MeanInterval(row.regrets), let toPBA = difference(to: rows[0].regrets) else {
        return nil
      }
      return Result(
        explorer: row.name, regret: regret, difference: toPBA,
        differenceToRandom: random.flatMap { difference(to: $0.regrets) }, seconds: row.seconds)
    }
  }

  private func search(
    _ task: DriftingTask, _ explorer: NamedExplorer, population: Int, stop: StopFlag
  ) throws -> Schedule {
    let memory = Folder.isThere("/dev/shm") ? "/dev/shm" : NSTemporaryDirectory()
    let path = try Folder.makeTemporary(in: folder ?? memory, beginning: "pba-explorers")
    defer { try? FileManager.default.removeItem(atPath: path) }
    var configuration = SearchConfiguration(
      data: DataSelection("noise"), recipe: Recipe(epochs: epochs, seed: task.seed), population: population,
      interval: interval, concurrency: .trials(1))
    configuration.explorer = explorer
    let run = try RunDirectory.open(path, configuration: configuration, version: Version.text, resume: false)
    do {
      return try Search(
        run: run, configuration: configuration, executor: DriftingLearner(task: task), stop: stop
      )().schedule
    } catch is SearchError where stop.isRequested {
      throw Interrupted(keepingNothing: "stopped before the end; nothing is kept")
    }
  }

  private func show(_ setting: Setting) {
    printResult(
      "population \(setting.population), best strengths \(setting.grows ? "grow" : "move"), "
        + "\(setting.hasTrap ? "trap" : "no trap"), noise \(decimal(100 * setting.noise, 1)) points")
    let width = 2 + (setting.results.map(\.explorer.count).max() ?? 0)
    for result in setting.results {
      let differences = [("pba", result.difference), ("random", result.differenceToRandom)]
      let texts = differences.compactMap { name, difference in difference.map { "to \(name): " + text($0) } }
      let time = result.seconds > 0 ? ["\(decimal(result.seconds, 2)) s"] : []
      printResult(
        padded(result.explorer, width)
          + ([text(result.regret)] + texts + time).joined(separator: "   "))
    }
    printResult("")
  }

  private func text(_ interval: MeanInterval) -> String {
    decimal(interval.mean, 2) + (interval.margin.map { " ± " + decimal($0, 2) } ?? "")
  }
}
