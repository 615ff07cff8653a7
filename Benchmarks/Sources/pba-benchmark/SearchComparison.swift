import Augmentation
import Command
import Files
import Foundation
import Search
import Text
import Threads
import Training

/// Makes a search several times, in turn with its rivals, and prints what it took.
struct SearchComparison {
  let search: RealSearch
  /// What the images are called.
  let images: String
  let rounds: Int
  let rivalOptions: RivalOptions
  let json: Bool
  /// Ends what runs with `SearchError.stopped` or `WorkStopped`.
  let stop: StopFlag

  /// When the rivals validate.
  private static let validations = ["every epoch", "before comparisons"]

  struct Report: Encodable {
    let machine: MeasuredMachine
    let images: String
    let model: String
    let precision: String
    let threads: Int
    let batchSize: Int
    let trainSize: Int
    let validationSize: Int
    let population: Int
    let epochs: Int
    let interval: Int
    let rounds: [RealSearch.Report]
    let seconds: Measurement
    let peakMemoryBytes: Int?
    let rivals: [Rival]
  }

  struct Rival: Encodable {
    let name: String
    let seconds: Measurement
    /// Before the search: Ray's own processes are started.
    let secondsToStart: Measurement
    let trainedImages: Int
    let evaluatedImages: Int
    /// How many times as long as pba the rival took, its start left out.
    let ratio: Measurement
  }

  func callAsFunction() throws {
    let shared = try Folder.makeTemporary(in: search.folder, beginning: "pba-images")
    defer { try? FileManager.default.removeItem(atPath: shared) }
    let rival = try start(shared)
    var own: [RealSearch.Report] = []
    var answers: [String: [Answer]] = [:]
    for round in 0..<rounds {
      // Who begins changes from round to round. It is this program first, which finds how many trials train at once.
      if round % 2 == 0 { own.append(try search(stop: stop)) }
      if let rival, let slots = own.first?.slots {
        for validation in Self.validations {
          let question = Question(validation: validation, trialsAtOnce: slots)
          answers[validation, default: []].append(try rival.answer(question))
        }
      }
      if round % 2 == 1 { own.append(try search(stop: stop)) }
    }
    let (configuration, data) = (search.configuration, search.data)
    let times = Measurement(values: own.map(\.seconds))
    let report = Report(
      machine: .current(with: rival), images: images, model: configuration.recipe.model,
      precision: configuration.recipe.precision.rawValue, threads: configuration.recipe.threads,
      batchSize: configuration.recipe.batchSize, trainSize: data.train.count,
      validationSize: data.validation.count, population: configuration.population,
      epochs: configuration.recipe.epochs, interval: configuration.interval, rounds: own, seconds: times,
      peakMemoryBytes: ProcessMemory.peak,
      rivals: Self.validations.compactMap { name in
        answers[name].map { Rival("Ray Tune, validation \(name)", $0, own: times) }
      })
    if json { return try printJSON(report) }
    show(report)
  }

  private func start(_ shared: String) throws -> RivalProcess? {
    guard rivalOptions.rivals else { return nil }
    let task = Task(
      images: try SharedImages(search.data, to: shared), recipe: search.configuration.recipe,
      population: search.configuration.population, interval: search.configuration.interval,
      quantile: search.configuration.quantile)
    return try rivalOptions.start(
      "search.py", [String(decoding: try JSONEncoder().encode(task), as: UTF8.self)], stop: stop)
  }

  private struct Task: Encodable {
    let images: SharedImages
    let recipe: Recipe
    let population: Int
    let interval: Int
    let quantile: Double
  }

  private struct Question: Encodable {
    let validation: String
    let trialsAtOnce: Int
  }

  fileprivate struct Answer: Decodable {
    let seconds: Double
    let secondsToStart: Double
    let trainedImages: Int
    let evaluatedImages: Int
  }

  // MARK: Showing

  private func show(_ report: Report) {
    printResult(report.machine.text)
    printResult(
      "\(images) \(report.trainSize)/\(report.validationSize), \(report.model), \(report.precision), batch"
        + " \(report.batchSize), \(counted(report.population, "trial")), \(counted(report.epochs, "epoch")),"
        + " compared every \(report.interval), n = \(rounds); median [range]")
    printResult(
      "pba: \(report.seconds.text(2)) s, \(counted(report.rounds.first?.slots ?? 1, "trial")) at once,"
        + " \(counted(report.threads, "thread")) each")
    if let first = report.rounds.first {
      printResult(
        "  \(first.trainedImages) images trained, \(first.evaluatedImages) evaluated; slot time went into:")
      for (name, part) in Self.parts {
        let shares = Measurement(values: report.rounds.map { 100 * part($0.shares) / $0.shares.slotSeconds })
        printResult("  \(padded(name, 44))\(shares.text(2)) %")
      }
    }
    if let peak = report.peakMemoryBytes { printResult("  peak memory \(wholeMegabytes(peak))") }
    for rival in report.rivals {
      printResult(
        "\(rival.name): \(rival.seconds.text(2)) s, and \(rival.secondsToStart.text(2)) s to start;"
          + " \(rival.trainedImages) images trained, \(rival.evaluatedImages) evaluated")
      printResult("  \(rival.ratio.text(2)) times as long as pba, its start left out")
    }
  }

  private static let parts: [(String, @Sendable (SearchShares) -> Double)] = [
    ("training", { $0.training }), ("evaluation", { $0.evaluation }),
    ("waiting for the generation's last trials", { $0.waiting }),
    ("start: how many trials fit", { $0.start }),
    ("orchestration", { $0.orchestration }),
    ("  networks made, checkpoints taken over", { $0.preparation }),
    ("  checkpoints' bytes", { $0.checkpoint }),
    ("  checkpoints verified, durable; journal", { $0.betweenSegments }),
  ]
}

extension SearchComparison.Rival {
  fileprivate init(_ name: String, _ answers: [SearchComparison.Answer], own: Measurement) {
    self.name = name
    seconds = Measurement(values: answers.map(\.seconds))
    secondsToStart = Measurement(values: answers.map(\.secondsToStart))
    trainedImages = answers.first?.trainedImages ?? 0
    evaluatedImages = answers.first?.evaluatedImages ?? 0
    ratio = seconds.divided(by: own)
  }
}
