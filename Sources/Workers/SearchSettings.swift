import Policies
import PopulationBasedTraining
import RunStore
import Search
import Threads

/// The settings of a search, whatever trains its segments.
public protocol SearchSettings: RunConfiguration {
  /// What decides the search beside its segments.
  var rules: SearchRules { get }
  /// What a schedule that the search finds is called, and says of its origin.
  var origin: ScheduleOrigin { get }
  /// What chooses policies, and who copies whom; nil for PBA's explorer.
  var explorer: NamedExplorer? { get }
  /// How many trials train at once, in this process or as workers.
  var trialsAtOnce: Concurrency { get }
  /// How many trials train at once on a cluster; unless a number is given, all that there is room for, also on nodes that
  /// come later.
  var trialsAtOnceOnCluster: Concurrency { get }
}

extension SearchSettings {
  /// The explorer that the search has.
  public var madeExplorer: any Explorer<Policy> { (explorer ?? .pba).make(in: rules.space) }
}

extension SearchConfiguration: SearchSettings {
  /// As many as were asked for, else all.
  public var trialsAtOnceOnCluster: Concurrency {
    trialsAtOnce == .automatic ? .trials(population) : trialsAtOnce
  }
}

extension TrainerConfiguration: SearchSettings {
  /// As many as were asked for, else all.
  public var trialsAtOnceOnCluster: Concurrency { .trials(workers.workers ?? population) }
}

/// The settings of a search of either kind, as a run's journal has them.
public enum AnySearchConfiguration: RunConfiguration, Hashable {
  /// Networks of this program.
  case network(SearchConfiguration)
  /// What a user's trainer trains.
  case trainer(TrainerConfiguration)

  /// A search.
  public static let kind = RunKind.search

  /// The settings themselves.
  public var settings: any SearchSettings {
    switch self {
    case .network(let configuration): configuration
    case .trainer(let configuration): configuration
    }
  }

  /// Those of the settings themselves.
  public var settingsWithoutEffect: Set<String> { settings.settingsWithoutEffect }

  private enum CodingKeys: String, CodingKey { case trainer }

  /// Decodes settings of the kind that they are: those of the other kind name a trainer.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    self =
      values.contains(.trainer)
      ? .trainer(try TrainerConfiguration(from: decoder)) : .network(try SearchConfiguration(from: decoder))
  }

  /// Encodes the settings themselves.
  public func encode(to encoder: any Encoder) throws { try settings.encode(to: encoder) }
}

extension Search {
  /// Makes a search on a run directory that was opened with the same settings.
  public init(
    run: RunDirectory, configuration: some SearchSettings, concurrency: Concurrency? = nil,
    executor: any SegmentExecutor, stop: StopFlag = StopFlag(),
    onEvent: @escaping @Sendable (SearchEvent) -> Void = { _ in }
  ) {
    self.init(
      run: run, rules: configuration.rules, origin: configuration.origin,
      concurrency: concurrency ?? configuration.trialsAtOnce, executor: executor,
      explorer: configuration.madeExplorer, stop: stop, onEvent: onEvent)
  }
}
