/// Which of two scores is the better one.
public enum Direction: String, Codable, Hashable, Sendable, CaseIterable {
  /// The higher one, as with an accuracy.
  case maximize
  /// The lower one, as with a loss.
  case minimize

  /// Whether a value is better than another; of equal values neither is.
  public func prefers(_ value: Double, to other: Double) -> Bool {
    switch self {
    case .maximize: value > other
    case .minimize: value < other
    }
  }

  /// Orders scores from worst to best: failed trials first, then by value; equal scores by trial number.
  func isWorse(_ left: Score, _ right: Score) -> Bool {
    switch (left.value, right.value) {
    case (nil, nil): left.trial < right.trial
    case (nil, _): true
    case (_, nil): false
    case (let a?, let b?): a == b ? left.trial < right.trial : prefers(b, to: a)
    }
  }
}

/// What the trials of a search are compared by.
///
/// An executor whose score is a loss says so:
///
///     let objective = Objective(name: "validation loss", direction: .minimize)
public struct Objective: Hashable, Sendable {
  /// What an executor calls a score of its own; `nil` for the validation accuracy of a classifier.
  public var name: String?
  /// Which of two scores is the better one.
  public var direction: Direction

  /// Makes an objective from its parts.
  public init(name: String?, direction: Direction = .maximize) {
    self.name = name
    self.direction = direction
  }

  /// The share of the validation images that are classified correctly, 0 to 1.
  public static let validationAccuracy = Objective(name: nil)

  /// The scores that the objective can have.
  public var range: ClosedRange<Double> {
    name == nil ? 0...1 : -Double.greatestFiniteMagnitude...Double.greatestFiniteMagnitude
  }
}

extension Objective: Codable {
  /// Names that no other setting of a search has: the settings of a run stand side by side in its file.
  private enum CodingKeys: String, CodingKey {
    case name = "score"
    case direction
  }

  /// Where no direction is recorded, the higher score is better.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      name: try values.decodeIfPresent(String.self, forKey: .name),
      direction: try values.decodeIfPresent(Direction.self, forKey: .direction) ?? .maximize)
  }
}
