/// Chooses new hyperparameters for a trial that has copied another one.
///
/// An explorer that only looks at what was copied perturbs it:
///
///     struct Halving: Explorer {
///       func explore(_ request: Exploration<Double>, using generator: inout some RandomNumberGenerator) -> Double {
///         request.copied / 2
///       }
///     }
///
/// One that models the whole search asks for ``Exploration/history``. The choice must be a function of the request, of that
/// history and of the generator's numbers alone: a search that is killed between two decisions makes the second one again.
public protocol Explorer<Hyperparameters>: Sendable {
  /// What a trial trains with, such as a policy.
  associatedtype Hyperparameters

  /// The hyperparameters with which the trial continues.
  func explore(
    _ request: Exploration<Hyperparameters>, using generator: inout some RandomNumberGenerator
  ) throws -> Hyperparameters
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

  /// Makes a request from its parts.
  public init(
    trial: Int, source: Int, generation: Int, copied: Hyperparameters, direction: Direction = .maximize,
    history: @escaping () throws -> [Observation<Hyperparameters>]
  ) {
    self.trial = trial
    self.source = source
    self.generation = generation
    self.copied = copied
    self.direction = direction
    self.history = history
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

extension Observation: Sendable where Hyperparameters: Sendable {}
extension Observation: Equatable where Hyperparameters: Equatable {}
