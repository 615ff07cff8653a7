import Policies
import PopulationBasedTraining
import RunStore
import Threads

/// A search for an augmentation schedule: a state machine whose state is the journal of a run directory.
///
/// Trials train to their next comparison; the worst copy the best and explore; after the last epoch the best trial's
/// schedule is the result. A synchronous search compares all trials at once, an asynchronous one each as it comes.
/// Between any two entries of the journal the process may be killed: what the journal holds decides how it continues.
/// The result of a synchronous search is the same, byte for byte, however often it was killed and however many trials
/// train at once; that of an asynchronous one is so where one trial trains at a time.
///
/// ```swift
/// let rules = SearchRules(
///   population: 8, interval: 1, quantile: 0.25, burnIn: 0, asynchronous: false, startOrder: nil, epochs: 12,
///   seed: 1)
/// let run = try RunDirectory.open(folder, configuration: settings, version: "1.0", resume: false)
/// let search = Search(
///   run: run, rules: rules, origin: ScheduleOrigin(name: "own", facts: [:]), concurrency: .trials(2),
///   executor: executor)
/// let schedule = try search().schedule  // of the best trial; also in folder/schedule.json
/// ```
public struct Search: Sendable {
  private let run: RunDirectory
  private let planner: SearchPlanner
  private let concurrency: Concurrency
  private let executor: any SegmentExecutor
  private let stop: StopFlag
  private let onEvent: @Sendable (SearchEvent) -> Void

  /// Makes a search on a run directory that was opened with the same settings.
  ///
  /// - Parameters:
  ///   - run: the folder with the journal of the search.
  ///   - rules: the size of the population, the length of its segments and how trials are compared.
  ///   - origin: what the schedule says about where it comes from.
  ///   - concurrency: how many segments train at once; no part of the result of a synchronous search.
  ///   - executor: trains the segments.
  ///   - explorer: chooses who copies whom, and the policies.
  ///   - stop: ends the search, to be resumed, as soon as the segments in training end or give up.
  ///   - onEvent: called with each event, from several threads.
  public init(
    run: RunDirectory, rules: SearchRules, origin: ScheduleOrigin, concurrency: Concurrency,
    executor: any SegmentExecutor, explorer: any Explorer<Policy> = PolicyPerturbation(),
    stop: StopFlag = StopFlag(), onEvent: @escaping @Sendable (SearchEvent) -> Void = { _ in }
  ) {
    self.run = run
    planner = SearchPlanner(rules: rules, origin: origin, explorer: explorer)
    self.concurrency = concurrency
    self.executor = executor
    self.stop = stop
    self.onEvent = onEvent
  }

  /// Runs the search to its end from wherever its journal stands.
  ///
  /// A finished search gives its result again. Throws `SearchError`, `SettingError`, `RunStoreError`, or what the decisions throw.
  public func callAsFunction() throws -> SearchResult {
    try planner.rules.validate(for: planner.explorer)
    let training = SegmentTraining(
      run: run, executor: executor, rules: planner.rules, stop: stop, onEvent: onEvent)
    let result = ResultWriter(run: run, planner: planner, onEvent: onEvent)
    guard planner.rules.asynchronous else {
      return try SynchronousSearch(
        run: run, planner: planner, training: training, result: result,
        slots: slots)()
    }
    return try AsynchronousSearch(
      run: run, planner: planner, training: training, result: result,
      slots: slots)()
  }

  /// How many segments train at once.
  private func slots() throws -> Int {
    let capacity = try executor.segmentsAtOnce(concurrency, population: planner.rules.population)
    if capacity.limit != .setting { onEvent(.capacity(capacity)) }
    return capacity.segments
  }
}
