/// Chooses the hyperparameters of trials, and who copies whom.
///
/// An explorer that only looks at what was copied perturbs it:
///
///     struct Halving: Explorer {
///       func explore(_ request: Exploration<Double>, using generator: inout some RandomNumberGenerator) -> Double {
///         request.copied / 2
///       }
///     }
///
/// All else has a default: trials begin as the search does, and the lowest quantile copies the highest. An explorer that
/// models the whole search asks for ``Exploration/history``. Each choice must be a function of what it is given, of that
/// history and of the generator's numbers alone: a search that is killed between two decisions makes the second one again.
public protocol Explorer<Hyperparameters>: Sendable {
  /// What a trial trains with, such as a policy.
  associatedtype Hyperparameters

  /// The hyperparameters with which a trial begins; by default those of the search.
  ///
  /// - Parameters:
  ///   - trial: the trial's number.
  ///   - start: what the search begins with.
  ///   - generator: random numbers of the trial's own.
  /// - Returns: what the trial's first segment is trained with.
  /// - Throws: what ends the search, which can be resumed.
  func beginning(
    of trial: Int, from start: Hyperparameters, using generator: inout some RandomNumberGenerator
  ) throws -> Hyperparameters

  /// What a trial takes over at a comparison, or nil where it continues as it is; by default ``Ranking/truncation(for:using:)``.
  ///
  /// A trial that failed has nothing to continue from, so it must copy where there is a trial to copy.
  ///
  /// - Parameters:
  ///   - trial: the trial that is decided on.
  ///   - ranking: what the compared trials reached.
  ///   - generator: random numbers of this decision; those that are left are the exploration's.
  /// - Returns: whose state and whose hyperparameters it continues with; nil for its own.
  /// - Throws: what ends the search, which can be resumed.
  func choice(
    for trial: Int, in ranking: Ranking, using generator: inout some RandomNumberGenerator
  ) throws -> CopyChoice?

  /// The hyperparameters with which a trial continues that has copied another.
  func explore(
    _ request: Exploration<Hyperparameters>, using generator: inout some RandomNumberGenerator
  ) throws -> Hyperparameters

  /// Whether trials copy one another at all, beside those that failed; by default they do.
  var exploits: Bool { get }
  /// The smallest population that it can work with; by default 1.
  var leastPopulation: Int { get }
  /// Whether it can compare each trial as its result arrives; by default it can.
  var isAsynchronous: Bool { get }
}

extension Explorer {
  /// What the search begins with.
  public func beginning(
    of trial: Int, from start: Hyperparameters, using generator: inout some RandomNumberGenerator
  ) throws -> Hyperparameters { start }

  /// Truncation selection.
  public func choice(
    for trial: Int, in ranking: Ranking, using generator: inout some RandomNumberGenerator
  ) throws -> CopyChoice? { ranking.truncation(for: trial, using: &generator) }

  /// They do.
  public var exploits: Bool { true }
  /// One trial.
  public var leastPopulation: Int { 1 }
  /// It can.
  public var isAsynchronous: Bool { true }
}

/// A request to an explorer.
public struct Exploration<Hyperparameters> {
  /// The trial that has copied another.
  public let trial: Int
  /// The trial that it copied.
  public let source: Int
  /// The number of the comparison that decided it.
  public let generation: Int
  /// What the copied trial has trained with.
  public let copied: Hyperparameters
  /// Which of two observed values is the better one.
  public let direction: Direction
  /// Reads what all trials have trained with and reached so far, in the order in which it was recorded.
  ///
  /// It can be long, so it is read when it is asked for.
  public let history: () throws -> [Observation<Hyperparameters>]
  /// What other trials train with next, as far as that is decided, by ascending trial number.
  public let underway: () -> [Hyperparameters]

  /// Makes a request from its parts.
  public init(
    trial: Int, source: Int, generation: Int, copied: Hyperparameters, direction: Direction = .maximize,
    history: @escaping () throws -> [Observation<Hyperparameters>],
    underway: @escaping () -> [Hyperparameters] = { [] }
  ) {
    self.trial = trial
    self.source = source
    self.generation = generation
    self.copied = copied
    self.direction = direction
    self.history = history
    self.underway = underway
  }
}

extension Exploration {
  /// The same request about other hyperparameters.
  public func map<Other>(_ transform: @escaping (Hyperparameters) -> Other) -> Exploration<Other> {
    Exploration<Other>(
      trial: trial, source: source, generation: generation, copied: transform(copied), direction: direction,
      history: { [history] in try history().map { $0.map(transform) } },
      underway: { [underway] in underway().map(transform) })
  }
}

/// The result of one segment of training.
public struct Observation<Hyperparameters> {
  /// Who trained, from where, with what.
  public let segment: TrialSegment<Hyperparameters>
  /// The figure that is compared; nil where the training failed.
  public let value: Double?

  /// Makes an observation from its parts.
  public init(segment: TrialSegment<Hyperparameters>, value: Double?) {
    self.segment = segment
    self.value = value
  }
}

extension Observation {
  /// The same observation with other hyperparameters.
  public func map<Other>(_ transform: (Hyperparameters) -> Other) -> Observation<Other> {
    Observation<Other>(
      segment: TrialSegment(
        trial: segment.trial, generation: segment.generation, startEpoch: segment.startEpoch,
        endEpoch: segment.endEpoch, parent: segment.parent, parentGeneration: segment.parentGeneration,
        hyperparameters: transform(segment.hyperparameters)), value: value)
  }
}

extension Observation: Sendable where Hyperparameters: Sendable {}
extension Observation: Equatable where Hyperparameters: Equatable {}
