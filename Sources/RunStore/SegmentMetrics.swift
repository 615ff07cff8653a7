import PopulationBasedTraining

/// What a finished segment reached.
public struct SegmentMetrics: Hashable, Sendable {
  /// What trials are compared by: the validation accuracy, 0 to 1, where the search has no other objective.
  public let score: Double
  /// The mean loss over the training images in the last epoch; nil where the trainer does not say.
  public let trainLoss: Double?
  /// The share of the augmented training images classified correctly in the last epoch, 0 to 1; nil where the trainer
  /// does not say.
  public let trainAccuracy: Double?
  /// The time the segment took.
  public let seconds: Double
  /// What the trainer reports beside these, by names of its choice; nothing is decided by it.
  public let figures: [String: Double]
  /// When and where it was trained; nil where that was not recorded.
  public let times: WorkTimes?

  /// Figures of a trained segment, the time in seconds; of `figures` those that are finite are kept.
  public init(
    score: Double, trainLoss: Double? = nil, trainAccuracy: Double? = nil, seconds: Double,
    figures: [String: Double] = [:], times: WorkTimes? = nil
  ) {
    self.score = score
    self.trainLoss = trainLoss
    self.trainAccuracy = trainAccuracy
    self.seconds = seconds
    self.figures = figures.filter { $0.value.isFinite }
    self.times = times
  }

  /// Whether every figure is a number.
  public var isFinite: Bool {
    [score, trainLoss, trainAccuracy, seconds].allSatisfy { $0?.isFinite ?? true }
  }

  /// Checks figures that are numbers; throws ``FigureError`` for the first that cannot be so under an objective.
  public func validate(_ objective: Objective) throws(FigureError) {
    guard objective.range.contains(score) else {
      throw FigureError(
        "score", found: "\(score)",
        expected: "a validation accuracy from 0 to 1, or a search whose objective names another score")
    }
    if let trainAccuracy, !(0...1).contains(trainAccuracy) {
      throw FigureError("trainAccuracy", found: "\(trainAccuracy)", expected: "a number from 0 to 1")
    }
  }
}

extension SegmentMetrics: Codable {
  private enum CodingKeys: String, CodingKey {
    case score, trainLoss, trainAccuracy, seconds, figures, times
  }

  /// Decodes the figures; those that are missing were not reported.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      score: try values.decode(Double.self, forKey: .score),
      trainLoss: try values.decodeIfPresent(Double.self, forKey: .trainLoss),
      trainAccuracy: try values.decodeIfPresent(Double.self, forKey: .trainAccuracy),
      seconds: try values.decode(Double.self, forKey: .seconds),
      figures: try values.decodeIfPresent([String: Double].self, forKey: .figures) ?? [:],
      times: try values.decodeIfPresent(WorkTimes.self, forKey: .times))
  }

  /// Encodes what there is.
  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(score, forKey: .score)
    try values.encodeIfPresent(trainLoss, forKey: .trainLoss)
    try values.encodeIfPresent(trainAccuracy, forKey: .trainAccuracy)
    try values.encode(seconds, forKey: .seconds)
    if !figures.isEmpty { try values.encode(figures, forKey: .figures) }
    try values.encodeIfPresent(times, forKey: .times)
  }
}

/// A figure of a segment's result that cannot be so.
public struct FigureError: Error, Hashable, CustomStringConvertible {
  /// The figure's name, as in `metrics.jsonl`.
  public let name: String
  /// What the executor gave.
  public let found: String
  /// What would be valid.
  public let expected: String

  /// Makes an error from its parts.
  public init(_ name: String, found: String, expected: String) {
    self.name = name
    self.found = found
    self.expected = expected
  }

  /// The figure, what was found and what was expected.
  public var description: String { "\(name): found \(found), expected \(expected)" }
}
