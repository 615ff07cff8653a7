import ArgumentParser
import Foundation

/// `pba benchmark search`: the time of a search beside that of its training.
struct SearchBenchmark: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "search", abstract: "Time a search: what it adds to the training of its trials.",
    discussion: """
      With --simulate the trials train nothing, and 1,000 of them go through 200 generations of the real state machine \
      and the real journal: the time is the search's own. The search is stopped once and resumed.
      """)

  @Flag(help: "Simulate the training.")
  var simulate = false

  @Option(parsing: .unconditional, help: "Trials.")
  var population = 1000

  @Option(parsing: .unconditional, help: "Epochs of the search.")
  var epochs = 200

  @Option(parsing: .unconditional, help: "Epochs between two comparisons.")
  var interval = 1

  @Option(parsing: .unconditional, help: "Trials that train at once.")
  var concurrency = 2

  @Option(
    help: """
      Where the run's folder is made for the time of the benchmark (default: in memory where there is /dev/shm: the time of \
      hundreds of thousands of waits for a disk is the disk's).
      """, completion: .directory)
  var folder: String?

  @Flag(help: "Print the result as JSON.")
  var json = false

  /// A folder whose files are in the main memory.
  private static var memoryFolder: String? {
    FileManager.default.isWritableFile(atPath: "/dev/shm") ? "/dev/shm" : nil
  }

  func validate() throws {
    try require("population", population, in: 1...100_000)
    try require("epochs", epochs, in: 1...100_000)
    try require("interval", interval, in: 1...100_000)
    try require("concurrency", concurrency, in: 1...100_000)
    guard simulate else { throw ValidationError("give --simulate") }
  }

  func run() throws {
    let report = try SimulatedSearch(
      population: population, epochs: epochs, interval: interval, concurrency: concurrency,
      folder: folder ?? Self.memoryFolder ?? NSTemporaryDirectory())()
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
