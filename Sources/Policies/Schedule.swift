import Text

/// Which policy applies at each epoch of a training.
///
/// ```swift
/// let rotation = try PolicyEntry(operation: .rotate, probability: 4, magnitude: 7)
/// let schedule = try Schedule(
///   name: "late",
///   segments: [
///     .init(epochs: 3, policy: Policy(entries: [])),
///     .init(epochs: 7, policy: Policy(entries: [rotation])),
///   ])
/// let policy = schedule.policy(atEpoch: 5)  // rotates
/// let long = try schedule.stretched(to: 200)  // 60 epochs without operations, 140 that rotate
/// let file = long.jsonData()  // in the schedule format
/// ```
public struct Schedule: Hashable, Sendable {
  /// A run of epochs with one policy.
  public struct Segment: Hashable, Sendable {
    /// The number of epochs, at least 1.
    public let epochs: Int
    /// The policy that applies during them.
    public let policy: Policy

    /// Makes a segment; a schedule checks its number of epochs.
    public init(epochs: Int, policy: Policy) {
      self.epochs = epochs
      self.policy = policy
    }
  }

  /// What the schedule is called.
  public let name: String
  /// The length of the training it was made for: the sum over the segments.
  public let epochs: Int
  /// The probabilities of applying 0, 1, 2… operations to an image.
  public let operationCount: [Double]
  /// The space that its policies belong to, where it is another one than PBA's; nil for policies whose operations are on
  /// their own scales.
  public let space: SearchSpace?
  /// The policies in the order of training; never empty.
  public let segments: [Segment]
  /// Where the schedule comes from; free for its maker.
  public let provenance: [String: JSONValue]

  /// The longest schedule that is accepted, in epochs.
  public static let longest = 1_000_000

  /// Makes a schedule of at least one segment.
  ///
  /// Throws `PolicyError` if there is no segment, a segment has no epoch, all together have more than
  /// `longest`, or the probabilities of `operationCount` do not sum to 1.
  public init(
    name: String, operationCount: [Double] = Policy.operationCount, segments: [Segment],
    provenance: [String: JSONValue] = [:]
  ) throws(PolicyError) {
    try self.init(
      name: name, operationCount: operationCount, space: nil, segments: segments, provenance: provenance)
  }

  /// Makes a schedule of policies of a search space, whose chances of 0, 1, 2… operations it has.
  ///
  /// Throws `PolicyError` as the other initializer does, and for an entry that does not belong to the space.
  public init(
    name: String, space: SearchSpace, segments: [Segment], provenance: [String: JSONValue] = [:]
  ) throws(PolicyError) {
    try self.init(
      name: name, operationCount: space.operationCount, space: space.isPBA ? nil : space, segments: segments,
      provenance: provenance)
  }

  private init(
    name: String, operationCount: [Double], space: SearchSpace?, segments: [Segment],
    provenance: [String: JSONValue]
  ) throws(PolicyError) {
    guard !segments.isEmpty else {
      throw PolicyError(place: "segments", found: "none", expected: "at least one")
    }
    var epochs = 0
    for (index, segment) in segments.enumerated() {
      epochs += try JSONField(.integer(segment.epochs), at: "segments[\(index)].epochs")
        .integer(in: 1...Self.longest)
      guard epochs <= Self.longest else {
        throw PolicyError(
          place: "segments", found: "more than \(Self.longest) epochs in all", expected: "at most that many")
      }
      try Self.requireScales(segment.policy, of: space, at: "segments[\(index)].policy")
    }
    self.name = name
    self.epochs = epochs
    self.operationCount = try Self.probabilities(
      JSONField(.array(operationCount.map(JSONValue.number)), at: "operationCount"))
    self.space = space
    self.segments = segments
    self.provenance = provenance
  }

  /// Throws for an entry whose strengths are not those of the space, or without one not the operation's own.
  private static func requireScales(
    _ policy: Policy, of space: SearchSpace?, at place: String
  ) throws(PolicyError) {
    for (index, entry) in policy.entries.enumerated() {
      let own = space.map { $0.operation(named: entry.operation.name) } ?? ScaledOperation(entry.operation)
      guard entry.scaled == own else {
        throw PolicyError(
          place: "\(place)[\(index)]", found: "\(entry.operation.name) on a scale of another search space",
          expected: space.map { "an operation of the space \(JSONValue.string($0.name).summary)" }
            ?? "the operation's own scale, or a schedule with its space")
      }
    }
  }

  /// The same schedule with other segments of the same space, and another origin.
  func replacing(segments: [Segment], provenance: [String: JSONValue]) throws(PolicyError) -> Schedule {
    try Schedule(
      name: name, operationCount: operationCount, space: space, segments: segments, provenance: provenance)
  }

  /// The policy at an epoch, counted from 0; the first one before it, the last one after the end.
  public func policy(atEpoch epoch: Int) -> Policy {
    var end = 0
    for segment in segments {
      end += segment.epochs
      if epoch < end { return segment.policy }
    }
    return lastPolicy
  }

  /// The policy of the last epoch.
  public var lastPolicy: Policy { segments.last?.policy ?? Policy(entries: []) }

  /// Whether no operation has a probability above 0 in any epoch.
  public var appliesNothing: Bool {
    segments.allSatisfy { $0.policy.entries.allSatisfy { $0.probability == 0 } }
  }

  /// Reads a list of probabilities that sum to 1.
  static func probabilities(_ field: JSONField) throws(PolicyError) -> [Double] {
    var values: [Double] = []
    for element in try field.elements("a list of probabilities, for applying 0, 1, 2… operations") {
      values.append(try element.number(in: 0...1))
    }
    let sum = values.reduce(0, +)
    guard abs(sum - 1) < 1e-6 else {
      throw PolicyError(
        place: field.place, found: "probabilities that sum to \(significant(sum, 9))", expected: "a sum of 1")
    }
    return values
  }
}

extension Schedule {
  /// The key of the provenance by which a search says that it had not come to its end.
  public static let unfinishedKey = "unfinishedAfter"

  /// The epochs that the search had trained when it wrote this schedule; nil where it had ended, or says nothing.
  public var unfinishedAfter: Int? {
    if case .integer(let epochs) = provenance[Self.unfinishedKey] { epochs } else { nil }
  }
}
