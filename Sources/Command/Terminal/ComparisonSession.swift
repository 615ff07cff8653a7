import Augmentation
import Comparison
import Datasets
import Policies
import RunStore
import Synchronization
import Text

/// A comparison with its progress on standard error.
struct ComparisonSession {
  private let requested: ComparisonConfiguration
  private let policies: ComparedPolicies
  private let path: String
  private let recorded: ComparisonConfiguration?
  private let writesTensorBoard: Bool
  private let stopTime: StopTime?

  init(
    _ configuration: ComparisonConfiguration, _ policies: ComparedPolicies, path: String,
    resuming recorded: ComparisonConfiguration? = nil,
    tensorBoard: Bool = false, stoppingAt stopTime: StopTime? = nil
  ) {
    requested = configuration
    self.policies = policies
    self.path = path
    self.recorded = recorded
    writesTensorBoard = tensorBoard
    self.stopTime = stopTime
  }

  /// Trains what is not yet trained.
  func callAsFunction() throws -> ComparisonSummary {
    let prepared = try PreparedRun(requested, path: path, resuming: recorded)
    let (configuration, data) = (prepared.configuration, prepared.data)
    if recorded == nil { noteSurprises(of: configuration.recipe, policyCutout: 0, on: data) }
    // What cannot be measured is found out before the run's folder is made.
    _ = try ComparisonRun.measurable(data)
    let interruption = try Interruption(stoppingAt: stopTime)
    let run = try open(prepared)
    printNote("settings of this comparison (kept in \(path)/config.yaml):")
    printNoteLines(try configuration.yaml().indented())
    let tensorBoard = writesTensorBoard ? try ComparisonTensorBoard(run) : nil
    let progress = SharedProgress()
    let comparison = ComparisonRun(
      run: run, configuration: configuration, data: data, version: Version.text, stop: interruption.flag
    ) { event in
      switch event {
      case .images(let count): progress.display?.advance(count)
      case .note(let text): progress.display?.note(text)
      case .epoch(let record, let path): tensorBoard?.take(record, of: path)
      case .ended(let policy, let seed, .trained(let result)):
        let accuracy = (result.testAccuracy ?? result.validationAccuracy).map(percent) ?? "done"
        progress.display?.note("\(policy), seed \(seed): \(accuracy)")
      case .ended(let policy, let seed, .diverged(let reason)):
        progress.display?.note("\(policy), seed \(seed) failed: \(reason)")
      case .threadsRefused(let started, let wanted):
        progress.display?.note(
          "the system starts no more threads: \(started) of \(wanted) trainings \(started == 1 ? "runs" : "run") at once"
        )
      }
    }
    progress.display = ProgressDisplay(total: try comparison.remainingImages(), unit: "images")
    progress.display?.setLabel(
      "\(counted(configuration.policies.count * configuration.seeds, "training")), \(configuration.concurrency) at once"
    )
    defer { progress.display?.finish() }
    return try withExtendedLifetime(interruption) {
      try comparison(choices: policies.choices)
    }
  }

  /// Opens the run, with what was added to its policies and seeds.
  private func open(_ prepared: PreparedRun<ComparisonConfiguration>) throws -> RunDirectory {
    let configuration = prepared.configuration
    guard let recorded, let before = configuration.beforeAdditions(to: recorded) else {
      return try prepared.open()
    }
    let run = try prepared.open(with: before)
    try ComparisonFolder(path).removeSummary()
    try run.record(configuration, unfinished: true)
    let added = configuration.policies.dropFirst(recorded.policies.count)
    if !added.isEmpty {
      printNote("added to this comparison: \(added.map(printable).joined(separator: ", "))")
    }
    if configuration.seeds > recorded.seeds {
      printNote("each policy has \(configuration.seeds) seeds from now on, where it had \(recorded.seeds)")
    }
    return run
  }
}

/// The display of a comparison, which is made after the comparison and before its first event.
private final class SharedProgress: Sendable {
  private let made = Mutex<ProgressDisplay?>(nil)

  var display: ProgressDisplay? {
    get { made.withLock { $0 } }
    set { made.withLock { $0 = newValue } }
  }
}
