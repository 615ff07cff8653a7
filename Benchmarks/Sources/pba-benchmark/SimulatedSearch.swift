import Command
import Datasets
import Files
import Foundation
import RunStore
import Search
import Synchronization
import Threads
import Training
import Workers

/// A search through the real state machine and the real journal in which only the training is simulated: what it takes
/// is what a search adds to the training of its trials.
///
/// It is stopped before its last generation and resumed, so that both a long run and a resume of it are seen.
struct SimulatedSearch {
  let population: Int
  let epochs: Int
  let interval: Int
  let concurrency: Int
  /// Where the run's folder is made; it is deleted at the end.
  let folder: String

  /// The last one is shorter where the interval does not divide the epochs.
  var generations: Int { (epochs - 1) / interval + 1 }

  /// What was measured.
  struct Report: Encodable {
    let population: Int
    let generations: Int
    let concurrency: Int
    let segments: Int
    /// From the first plan to the stop before the last generation.
    let seconds: Double
    /// From opening the stopped run to its first segment.
    let secondsToResume: Double
    /// From there to the end.
    let secondsToEnd: Double
    let totalSeconds: Double
    let microsecondsPerSegment: Double
    /// Seconds of each tenth of the generations, so that growth with the journal is seen.
    let secondsOfTenths: [Double]
    let journalBytes: Int
    /// The largest memory that the process has had, nil where the system does not say.
    let peakMemoryBytes: Int?
  }

  /// Makes the search, which must have two generations or more; throws `SearchError.stopped` where it is asked to stop.
  func callAsFunction(stop: StopFlag) throws -> Report {
    let path = try Folder.makeTemporary(in: folder, beginning: "pba-simulated")
    defer { try? FileManager.default.removeItem(atPath: path) }
    let configuration = SearchConfiguration(
      data: DataSelection("noise"), recipe: Recipe(epochs: epochs), population: population,
      interval: interval, concurrency: .trials(concurrency))
    let clock = GenerationClock(generations: generations, interruption: stop)
    let begun = ContinuousClock.now
    do {
      _ = try search(path, configuration, clock, resume: false)
    } catch is SearchError where clock.hasStopped {}
    let stopped = ContinuousClock.now
    _ = try search(path, configuration, clock, resume: true)
    let ended = ContinuousClock.now
    let resumed = clock.resumed ?? stopped
    let segments = population * generations
    let journal = fileSize(at: path + "/run.sqlite")
    return Report(
      population: population, generations: generations, concurrency: concurrency, segments: segments,
      seconds: (stopped - begun) / .seconds(1), secondsToResume: (resumed - stopped) / .seconds(1),
      secondsToEnd: (ended - resumed) / .seconds(1), totalSeconds: (ended - begun) / .seconds(1),
      microsecondsPerSegment: (ended - begun) / .microseconds(1) / Double(segments),
      secondsOfTenths: clock.tenths(from: begun), journalBytes: journal ?? 0,
      peakMemoryBytes: ProcessMemory.peak)
  }

  private func search(
    _ path: String, _ configuration: SearchConfiguration, _ clock: GenerationClock, resume: Bool
  ) throws -> SearchResult {
    let run = try RunDirectory.open(path, configuration: configuration, version: Version.text, resume: resume)
    let stop = StopFlag()
    return try Search(
      run: run, configuration: configuration, executor: SimulatedTraining(seed: configuration.recipe.seed),
      stop: stop
    ) { clock.take($0, isResumed: resume, stop: stop) }()
  }
}

/// Notes when generations end, and stops the search once, before its last generation, or for good when asked to.
private final class GenerationClock: Sendable {
  private struct Marks {
    var ends: [ContinuousClock.Instant] = []
    var firstResumed: ContinuousClock.Instant?
    var stopped = false
  }

  private let marks = Mutex(Marks())
  private let generations: Int
  private let interruption: StopFlag

  init(generations: Int, interruption: StopFlag) {
    self.generations = generations
    self.interruption = interruption
  }

  var hasStopped: Bool { marks.withLock { $0.stopped } }
  /// When the first segment after the resume began.
  var resumed: ContinuousClock.Instant? { marks.withLock { $0.firstResumed } }

  func take(_ event: SearchEvent, isResumed: Bool, stop: StopFlag) {
    if interruption.isRequested { stop.request() }
    marks.withLock { marks in
      switch event {
      case .compared(let generation, _):
        marks.ends.append(.now)
        if generation == generations - 2 {
          marks.stopped = true
          stop.request()
        }
      case .segmentStarted where isResumed: marks.firstResumed = marks.firstResumed ?? .now
      default: break
      }
    }
  }

  /// Seconds of each tenth of the generations that were compared.
  func tenths(from begun: ContinuousClock.Instant) -> [Double] {
    let ends = marks.withLock { $0.ends }
    let tenths = (1...10).map { $0 * ends.count / 10 }.filter { $0 > 0 }.map { ends[$0 - 1] }
    return zip([begun] + tenths, tenths).map { ($1 - $0) / .seconds(1) }
  }
}
