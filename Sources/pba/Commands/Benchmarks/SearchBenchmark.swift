import ArgumentParser
import Datasets
import Foundation
import RunStore
import Search
import Torch
import Training

/// `pba benchmark search`: the time of a whole search, alone or beside the same search in Python.
struct SearchBenchmark: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "search", abstract: "Time a whole search and show what its time goes into.",
    discussion: """
      A small search is made from its start to its schedule. With --rivals the same search is also made by Ray Tune's \
      PopulationBasedTraining with PyTorch and Pillow: same images, network, epochs, exploit and explore; once with a \
      validation after every epoch, as the original has it, and once with one before each comparison, as here.

      With --simulate the trials train nothing, and 1,000 of them go through 200 generations of the real state machine \
      and the real journal: the time is the search's own. The search is stopped once and resumed.
      """)

  @Flag(help: "Simulate the training.")
  var simulate = false

  @Option(parsing: .unconditional, help: "Trials (default: 4; simulated 1000).")
  var population: Int?

  @Option(parsing: .unconditional, help: "Epochs of the search (default: 6; simulated 200).")
  var epochs: Int?

  @Option(parsing: .unconditional, help: "Epochs between two comparisons (default: 3; simulated 1).")
  var interval: Int?

  @Option(help: "Trials that train at once, or auto (default: auto; simulated 2).")
  var concurrency: String?

  @Option(help: "The network.")
  var model = "wrn_16_1"

  @Option(help: "The images (default: cifar10 where the data folder has it, otherwise bundled).")
  var dataset: String?

  @Option(help: "The folder of datasets.", completion: .directory)
  var dataDir = Settings.defaultDataDirectory

  @Option(parsing: .unconditional, help: "Images to train on.")
  var trainSize = 512

  @Option(parsing: .unconditional, help: "Images to validate on.")
  var validationSize = 5888

  @Option(parsing: .unconditional, help: "Images in a step.")
  var batchSize = 128

  @Option(parsing: .unconditional, help: "Threads of one operation.")
  var threads = 1

  @Option(help: "fp32 or bf16.")
  var precision = "fp32"

  @Option(parsing: .unconditional, help: "Rounds; in each, every side makes the search once.")
  var rounds = 1

  @Option(
    help: """
      Where the run's folder is made for the time of the benchmark (default: the system's temporary folder; simulated in \
      memory where there is /dev/shm, as the time of hundreds of thousands of waits for a disk is the disk's).
      """, completion: .directory)
  var folder: String?

  @OptionGroup var rivalOptions: RivalOptions

  @Flag(help: "Print the result as JSON.")
  var json = false

  func validate() throws {
    let all = 1...1_000_000
    for (name, value) in [("population", population), ("epochs", epochs), ("interval", interval)] {
      if let value { try require(name, value, in: all) }
    }
    for (name, value) in [("train-size", trainSize), ("validation-size", validationSize)] {
      try require(name, value, in: all)
    }
    try require("batch-size", batchSize, in: 1...4096)
    try require("threads", threads, in: 1...1024)
    try require("rounds", rounds, in: 1...1000)
    guard let concurrency = parsedConcurrency else {
      throw ValidationError("--concurrency: found \(concurrency ?? ""), expected auto or a number")
    }
    if case .trials(let count) = concurrency { try require("concurrency", count, in: all) }
    guard Precision(rawValue: precision) != nil else {
      throw ValidationError("--precision: found \(precision), expected fp32 or bf16")
    }
    if simulate && rivalOptions.rivals { throw ValidationError("--rivals: not with --simulate") }
  }

  private var parsedConcurrency: Concurrency? {
    concurrency.map { Concurrency($0) } ?? (simulate ? .trials(2) : .automatic)
  }

  func run() throws {
    if simulate { return try runSimulation() }
    let data = try loadShowingProgress(selection)
    let (height, width) = (data.train.images.height, data.train.images.width)
    guard !rivalOptions.rivals || (height, width) == (32, 32) else {
      throw ValidationError(
        """
        --rivals: the images of \(selection.publicName) are \(width)×\(height), the rivals' augmentation is for 32×32; name \
        others with --dataset, such as cifar10 with its --data-dir, or noise
        """)
    }
    let real = RealSearch(
      configuration: configuration(data), data: data, folder: folder ?? NSTemporaryDirectory())
    try SearchComparison(
      search: real, images: selection.publicName, rounds: rounds, rivalOptions: rivalOptions, json: json)()
  }

  private var selection: DataSelection {
    func named(_ dataset: String) -> DataSelection {
      DataSelection(dataset, trainSize: trainSize, validationSize: validationSize, dataDirectory: dataDir)
    }
    if let dataset { return named(dataset) }
    let probe = DataSelection("cifar10", trainSize: 1, validationSize: 1, dataDirectory: dataDir)
    return named((try? loadDataset(probe)) == nil ? "bundled" : "cifar10")
  }

  private func configuration(_ data: DatasetSplits) -> SearchConfiguration {
    SearchConfiguration(
      data: selection,
      recipe: Recipe(
        model: model, epochs: epochs ?? 6, batchSize: batchSize,
        precision: Precision(rawValue: precision) ?? .fp32, threads: threads),
      population: population ?? 4, interval: interval ?? 3, concurrency: parsedConcurrency ?? .automatic)
  }

  private func runSimulation() throws {
    var slots = 2
    if case .trials(let count) = parsedConcurrency { slots = count }
    let memory = FileManager.default.isWritableFile(atPath: "/dev/shm") ? "/dev/shm" : nil
    let report = try SimulatedSearch(
      population: population ?? 1000, epochs: epochs ?? 200, interval: interval ?? 1, concurrency: slots,
      folder: folder ?? memory ?? NSTemporaryDirectory())()
    if json { return try printJSON(report) }
    printResult(
      "\(report.population) simulated trials, \(report.generations) generations, \(report.concurrency) at once"
    )
    printResult(
      "\(decimal(report.totalSeconds, 2)) s, \(decimal(report.microsecondsPerSegment, 1)) µs a segment;"
        + " \(decimal(report.secondsToResume, 2)) s of them to resume")
    printResult(
      "seconds of each tenth: " + report.secondsOfTenths.map { decimal($0, 2) }.joined(separator: " "))
    let peak = report.peakMemoryBytes.map { "; peak memory \($0 / 1_000_000) MB" } ?? ""
    printResult("journal \(report.journalBytes / 1_000_000) MB\(peak)")
  }
}
