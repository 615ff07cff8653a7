import ArgumentParser
import Command
import Datasets
import Files
import Foundation
import RunStore
import Search
import Synchronization
import Text
import Training
import Workers

/// `pba-benchmark workers`: what a coordinator takes for many workers.
struct WorkersBenchmark: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "workers", abstract: "Measure the coordinator of a search by many worker processes.",
    discussion: """
      Each trial has a worker process of its own, which trains nothing and takes a second for it. All else is real: the \
      state machine, the journal, checkpoint files, processes, pipes and the protocol. Printed is what the process of the \
      search takes; that of the workers is left out.
      """)

  @Option(help: "Workers, and trials.")
  var workers = 1000

  @Option(help: "Generations of the search.")
  var generations = 10

  @Option(help: "Seconds that a segment takes.")
  var seconds = 1.0

  @Flag(help: "Compare each trial as soon as it has a result.")
  var asynchronous = false

  @Option(
    help: "Where the run's folder is made (default: in memory where there is /dev/shm).",
    completion: .directory)
  var folder: String?

  @Flag(help: "Print the result as JSON.")
  var json = false

  func validate() throws {
    try require("workers", workers, in: 1...WorkerSettings.mostWorkers)
    try require("generations", generations, in: 2...100_000)
    guard (0.001...3600).contains(seconds) else {
      throw ValidationError("--seconds: found \(seconds), expected a number from 0.001 to 3600")
    }
  }

  /// What was measured, once all workers had trained a segment.
  private struct Report: Encodable {
    let machine: MeasuredMachine
    let workers: Int
    let segments: Int
    /// Until every trial had its first result: the start of the processes.
    let secondsToStart: Double
    /// From there to the end.
    let seconds: Double
    /// What the segments alone take where nothing is waited for.
    let secondsOfSegments: Double
    let segmentsPerSecond: Double
    /// Seconds of the processor in a second.
    let processorShare: Double
    let peakMemoryBytes: Int?
  }

  func run() throws {
    let interruption = try Interruption()
    defer { withExtendedLifetime(interruption) {} }
    let memory = Folder.isThere("/dev/shm") ? "/dev/shm" : NSTemporaryDirectory()
    let path = try Folder.makeTemporary(in: folder ?? memory, beginning: "pba-workers")
    defer { try? FileManager.default.removeItem(atPath: path) }
    var configuration = SearchConfiguration(
      data: DataSelection("noise"), recipe: Recipe(epochs: generations), population: workers, interval: 1,
      asynchronous: asynchronous)
    configuration.workers.workers = workers
    let launcher = ProcessLauncher(
      command: ["/proc/self/exe", "simulated-worker", "--seconds", "\(seconds)"],
      devices: [.cpu])
    let executor = WorkerExecutor(launcher: launcher, limits: configuration.workers.limits) {
      [configuration] _ in
      .network(NetworkWork(search: configuration, device: .cpu))
    }
    defer { executor.finish() }
    let run = try RunDirectory.open(path, configuration: configuration, version: Version.text, resume: false)
    let meter = ResultMeter(workers: workers)
    let begun = ContinuousClock.now
    do {
      _ = try Search(
        run: run, configuration: configuration, executor: executor, stop: interruption.flag
      ) { meter.take($0) }()
    } catch is SearchError where interruption.flag.isRequested {
      throw Interrupted(keepingNothing: "stopped before the end; nothing is kept")
    }
    guard let start = meter.start else { return }
    let time = (ContinuousClock.now - start.time) / .seconds(1)
    let segments = workers * generations
    try show(
      Report(
        machine: .current(), workers: workers, segments: segments,
        secondsToStart: (start.time - begun) / .seconds(1), seconds: time,
        secondsOfSegments: seconds * Double(generations - 1),
        segmentsPerSecond: Double(segments - workers) / time,
        processorShare: (processorSeconds() - start.processor) / time, peakMemoryBytes: ProcessMemory.peak))
  }

  private func show(_ report: Report) throws {
    if json { return try printJSON(report) }
    printResult(report.machine.text)
    printResult("workers             \(report.workers), started in \(decimal(report.secondsToStart, 1)) s")
    printResult("segments a second   \(decimal(report.segmentsPerSecond, 1))")
    printResult(
      "time                \(decimal(report.seconds, 1)) s; the segments alone \(decimal(report.secondsOfSegments, 1)) s"
    )
    printResult("processor           \(percent(report.processorShare)) of a core")
    if let bytes = report.peakMemoryBytes { printResult("peak memory         \(memorySize(bytes))") }
  }
}

/// Notes when every trial has its first result.
private final class ResultMeter: Sendable {
  struct Start {
    let time: ContinuousClock.Instant
    let processor: Double
  }

  private let state = Mutex<(results: Int, start: Start?)>((0, nil))
  private let workers: Int

  init(workers: Int) { self.workers = workers }

  var start: Start? { state.withLock { $0.start } }

  func take(_ event: SearchEvent) {
    guard case .segmentFinished = event else { return }
    state.withLock { state in
      state.results += 1
      guard state.results == workers else { return }
      state.start = Start(time: .now, processor: processorSeconds())
    }
  }
}

/// Seconds of the processor that this process has taken.
private func processorSeconds() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}
