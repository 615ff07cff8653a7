import ArgumentParser
import Augmentation
import Command
import Datasets
import Files
import Foundation
import RunStore
import Search
import Text
import Threads
import Torch
import Training
import Workers

/// `pba-benchmark search`: the time of a whole search, alone or beside the same search in Python.
struct SearchBenchmark: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "search", abstract: "Time a whole search and show what its time goes into.",
    discussion: """
      A small search is made from its start to its schedule. With --rivals the same search is also made by Ray Tune's \
      PopulationBasedTraining with PyTorch and Pillow: same images, network, epochs, trials at once, exploit and explore; \
      once with a validation after every epoch, as the original has it, and once with one before each comparison, as here.

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

  @Option(parsing: .unconditional, help: "Trials that train at once, or auto (default: auto; simulated 2).")
  var concurrency: Concurrency?

  @Option(help: "The network (default: wrn_16_1).")
  var model: String?

  @Option(
    help: "The images (default: cifar10 where --data-dir is given or the default has it, otherwise bundled).")
  var dataset: String?

  @Option(
    help: "The folder of datasets (default: \(HomeFolder().expanding(DataSelection.defaultDirectory))).",
    completion: .directory)
  var dataDir: String?

  @Option(parsing: .unconditional, help: "Images to train on (default: 512).")
  var trainSize: Int?

  @Option(
    parsing: .unconditional,
    help: "Images to validate on (default: 5888, or fewer where the dataset has fewer).")
  var validationSize: Int?

  @Option(parsing: .unconditional, help: "Images in a step (default: 128).")
  var batchSize: Int?

  @Option(parsing: .unconditional, help: "Threads of one operation (default: 1).")
  var threads: Int?

  @Option(help: "fp32 or bf16 (default: fp32).")
  var precision: String?

  @Option(parsing: .unconditional, help: "Rounds; in each, every side makes the search once (default: 1).")
  var rounds: Int?

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
    let numbers: [(name: String, value: Int?, range: ClosedRange<Int>)] = [
      ("population", population, all), ("epochs", epochs, all), ("interval", interval, all),
      ("train-size", trainSize, all), ("validation-size", validationSize, all),
      ("batch-size", batchSize, 1...4096), ("threads", threads, 1...1024), ("rounds", rounds, 1...1000),
    ]
    for (name, value, range) in numbers {
      if let value { try require(name, value, in: range) }
    }
    if case .trials(let count) = concurrency { try require("concurrency", count, in: all) }
    if let precision, Precision(rawValue: precision) == nil {
      throw ValidationError("--precision: found \(precision), expected fp32 or bf16")
    }
    if let folder { try requireFolder(folder) }
    if simulate { try validateSimulation() }
  }

  private func requireFolder(_ folder: String) throws {
    guard try isThere(folder) else {
      throw ValidationError("--folder: there is no folder '\(folder)'; name one that is there")
    }
    guard Folder.isThere(folder) else {
      throw ValidationError("--folder: '\(folder)' is a file, not a folder")
    }
  }

  private func validateSimulation() throws {
    let training: [(option: String, isGiven: Bool)] = [
      ("--model", model != nil), ("--dataset", dataset != nil), ("--data-dir", dataDir != nil),
      ("--train-size", trainSize != nil), ("--validation-size", validationSize != nil),
      ("--batch-size", batchSize != nil), ("--threads", threads != nil), ("--precision", precision != nil),
      ("--rounds", rounds != nil), ("--rivals", rivalOptions.rivals),
      ("--concurrency \(Concurrency.automaticName)", concurrency == .automatic),
    ]
    for (option, isGiven) in training where isGiven {
      throw ValidationError("\(option) is for searches that train, not for --simulate")
    }
    let simulation = simulation
    guard simulation.generations >= 2 else {
      throw ValidationError(
        """
        --epochs: found \(simulation.epochs), expected more than the \(simulation.interval) of --interval; a simulated \
        search is stopped and resumed between two generations
        """)
    }
  }

  func run() throws {
    // Ctrl-C stops what runs, and the folders go as well.
    let interruption = try Interruption()
    defer { withExtendedLifetime(interruption) {} }
    do {
      if simulate { try runSimulation(interruption.flag) } else { try runComparison(interruption.flag) }
    } catch SearchError.stopped, is WorkStopped {
      throw Interrupted(keepingNothing: "stopped before the end; nothing is kept")
    }
  }

  private func runComparison(_ stop: StopFlag) throws {
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
      search: real, images: selection.publicName, rounds: rounds ?? 1, rivalOptions: rivalOptions, json: json,
      stop: stop)()
  }

  private var selection: DataSelection {
    let folder = dataDir ?? DataSelection.defaultDirectory
    func named(_ dataset: String) -> DataSelection {
      // Searches take by default as many as a dataset has to spare.
      let most = (try? DatasetSpec.named(dataset))?.searchDefaults?.validation ?? .max
      return DataSelection(
        dataset, trainSize: trainSize ?? 512, validationSize: validationSize ?? min(5888, most),
        dataDirectory: folder)
    }
    // Who names a folder is not given other images.
    if let dataset = dataset ?? dataDir.map({ _ in "cifar10" }) { return named(dataset) }
    let probe = DataSelection("cifar10", trainSize: 1, validationSize: 1, dataDirectory: folder)
    return named((try? loadDataset(probe)) == nil ? "bundled" : "cifar10")
  }

  private func configuration(_ data: DatasetSplits) -> SearchConfiguration {
    SearchConfiguration(
      data: selection,
      recipe: Recipe(
        model: model ?? "wrn_16_1", epochs: epochs ?? 6, batchSize: batchSize ?? 128,
        precision: precision.flatMap { Precision(rawValue: $0) } ?? .fp32, threads: threads ?? 1),
      population: population ?? 4, interval: interval ?? 3, concurrency: concurrency ?? .automatic)
  }

  private var simulation: SimulatedSearch {
    var slots = 2
    if case .trials(let count) = concurrency { slots = count }
    let memory = FileManager.default.isWritableFile(atPath: "/dev/shm") ? "/dev/shm" : nil
    let trials = population ?? 1000
    return SimulatedSearch(
      population: trials, epochs: epochs ?? 200, interval: interval ?? 1, concurrency: min(slots, trials),
      folder: folder ?? memory ?? NSTemporaryDirectory())
  }

  private func runSimulation(_ stop: StopFlag) throws {
    let report = try simulation(stop: stop)
    if json { return try printJSON(report) }
    printResult(
      "\(counted(report.population, "simulated trial")), \(counted(report.generations, "generation")),"
        + " \(report.concurrency) at once")
    printResult(
      "\(decimal(report.totalSeconds, 2)) s, \(decimal(report.microsecondsPerSegment, 1)) µs a segment;"
        + " \(decimal(report.secondsToResume, 2)) s of them to resume")
    printResult(
      "seconds of each tenth: " + report.secondsOfTenths.map { decimal($0, 2) }.joined(separator: " "))
    let peak = report.peakMemoryBytes.map { "; peak memory \(wholeMegabytes($0))" } ?? ""
    printResult("journal \(wholeMegabytes(report.journalBytes))\(peak)")
  }
}
