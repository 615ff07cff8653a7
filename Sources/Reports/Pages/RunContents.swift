import Files
import Foundation
import Policies
import RunStore

/// What a run's folder holds, as a report shows it.
public struct RunContents: Sendable {
  /// The part that depends on the kind of run.
  public enum History: Sendable {
    /// The segments of a search.
    case search(PopulationHistory)
    /// The epochs of a training.
    case training([EpochRecord])
    /// The trainings of a comparison.
    case comparison(ComparisonProgress)
  }

  /// The folder, as it was named.
  public let path: String
  /// Whether it is a search, a training or a comparison.
  public let kind: RunKind
  /// The version of the program that began the run.
  public let version: String
  /// Whether the run is in use, has ended, or can be continued.
  public let state: RunState
  /// The settings, in the order of `config.yaml`.
  public let settings: [RunSetting]
  /// What was trained so far.
  public let history: History
  /// The schedule that a search found or a training plays; nil where there is none.
  public let schedule: Schedule?

  /// Contents that were read or made up elsewhere.
  public init(
    path: String, kind: RunKind, version: String, state: RunState, settings: [RunSetting], history: History,
    schedule: Schedule? = nil
  ) {
    self.path = path
    self.kind = kind
    self.version = version
    self.state = state
    self.settings = settings
    self.history = history
    self.schedule = schedule
  }

  /// Reads a run, also one that another process works on; who reads it again gives what it was opened through.
  ///
  /// Throws `RunStoreError` where no run is there or its journal cannot be read.
  public init(reading path: String, through runs: OpenRuns = OpenRuns()) throws {
    let run = try runs.read(path)
    let settings = try run.settings()
    // Asked before the journal is read: of a run that is said to be finished, all is shown.
    let state = try run.state
    let history: History
    switch run.kind {
    case .search:
      let population = settings.integer("population") ?? 0
      guard (1...1_000_000).contains(population) else {
        throw RunStoreError.damagedJournal(
          path: path, detail: "found a population of \(population) in its settings")
      }
      history = .search(
        PopulationHistory(
          try SearchJournal(run).segmentsByArrival(), population: population,
          isAsynchronous: settings["asynchronous"]?.text == "true",
          objective: try settings.objective(of: path)))
    case .train: history = .training(try TrainingJournal(run).epochs())
    case .compare: history = .comparison(try ComparisonProgress(of: path, settings, through: runs))
    }
    // A schedule that was damaged since takes nothing from the rest.
    let schedule =
      FileKind(at: run.schedulePath) != nil
      ? try? Schedule(contentsOf: run.schedulePath) : nil
    self.init(
      path: path, kind: run.kind, version: run.version, state: state, settings: settings, history: history,
      schedule: schedule)
  }

  /// Whether there is a file with a schedule that cannot be read.
  var hasDamagedSchedule: Bool {
    schedule == nil && FileKind(at: RunDirectory.schedulePath(in: path)) != nil
  }

  /// The folder's own name.
  var name: String { path.split(separator: "/").last.map(String.init) ?? path }

  /// How many epochs each training has in all.
  var length: Int { settings.integer("epochs") ?? 0 }
}
