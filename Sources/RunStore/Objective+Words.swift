import PopulationBasedTraining
import Text

extension Objective {
  /// What the score is called.
  public var scoreName: String { name.map(printable) ?? "validation accuracy" }

  /// What the score is called, to begin a line with.
  public var title: String { scoreName.prefix(1).uppercased() + scoreName.dropFirst() }

  /// A score for people: a percentage of the validation accuracy, else the number.
  public func text(_ score: Double) -> String {
    guard name != nil else { return percent(score) }
    // As many digits as a table has room for, unless they would all be 0 or say nothing.
    return score == 0 || (1e-3..<1e7).contains(abs(score)) ? decimal(score, 4) : "\(score)"
  }
}

extension Sequence<RunSetting> {
  /// What the trials of a search are compared by.
  ///
  /// Throws `RunStoreError` where the settings name a direction that there is not.
  public func objective(of path: String) throws(RunStoreError) -> Objective {
    var objective = Objective(name: self["score"]?.text)
    guard let text = self["direction"]?.text else { return objective }
    guard let direction = Direction(rawValue: text) else {
      throw .damagedJournal(path: path, detail: "found the direction \(printable(text)) in its settings")
    }
    objective.direction = direction
    return objective
  }
}
